"""The credentials of a whole file, line by line; pure.

Most lines hold nothing that could be one, and are ruled out by two searches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.detection import assignments, credential, key_formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.detection.credential import Credential

# What a name that speaks of a secret has in it, in small letters, and what stands in front of an address's password.
_TELLING = re.compile(
    r"pass|pwd|secret|token|cred|key|auth|salt|pepper|psk|bearer|signature|://|(?:otp|pat|pin|pw)(?![a-z])"
)
_LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{20,}")
_DIGIT = re.compile(r"\d")
_BODY = re.compile(r"[A-Za-z0-9+/=]{40,}")


def credentials(text: str, path: str) -> Iterator[tuple[int, str, Credential]]:
    """Go through lines, names and credentials; the first line of a key alone is what a program or a text speaks of."""
    written, lines = assignments.form(path), text.splitlines()
    for number, line in enumerate(lines, 1):
        if not may_hold_one(line):
            continue
        for name, found in credential.in_line(line, written):
            key = found.kind != "private key" or any(map(_BODY.search, lines[number - 1 : number + 2]))
            if key or written is assignments.Form.SETTINGS:
                yield number, name, found


def may_hold_one(line: str) -> bool:
    """Tell whether a line has a telling word, random characters (with a digit) or a key of a provider in it."""
    return bool(
        _TELLING.search(line.lower())
        or any(map(_DIGIT.search, _LONG.findall(line)))
        or next(key_formats.proven(line), None)
    )
