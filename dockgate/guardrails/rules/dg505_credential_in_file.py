"""DG505: a real credential in a committed file.

Compose files always, with `--staged` everything that is about to be committed, with `--all-files` everything that git
tracks. Tests may make up passwords, but no keys of known formats. A file is read for what it is, by its name: of a
program only texts in quotes count, of its comments and of prose (Markdown and the like) only values with a digit,
anywhere else every assignment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.detection import text_lines
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.secrets.fingerprints import fingerprint_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG505"
TITLE = "A credential in a committed file"
SCOPE = Scope.FILES
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|__mocks__|mocks?|specs?|fixtures|testdata|e2e|cypress|[\w.-]*(?:Tests?|Specs?))/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*(?:_test|[.-]test|[.-]spec|_spec|Tests?))\.\w+$"
)


def check(context: Context) -> Iterator[Hit]:
    """Classify every assignment and every key of a known format; tests may make up passwords, but no such keys."""
    for file in context.of_kind(Kind.COMMITTED):
        if file.path == fingerprint_file.FILE:  # random salts, which everybody may read
            continue
        made_up = bool(_TEST.search(file.path))
        for number, name, found in text_lines.credentials(file.text, file.path):
            if found.certain or not (made_up or file.binary):
                yield Hit(
                    f"{name or 'this line'} looks like a real credential ({found.kind})",
                    "inv secrets.set keeps it encrypted; revoke it if it was ever pushed",
                    Location(file.path, number),
                    name=name,
                )
