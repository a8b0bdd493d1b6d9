"""The secret parts of a value that is more than a secret: a URL with a password, JSON, a `name=value` list."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTING = re.compile(r"(\w+)\s*=\s*([^=;&\s][^;&\s]*)", re.ASCII)
_SETTINGS = re.compile(rf"\s*{_SETTING.pattern}(?:[;&\s]+{_SETTING.pattern})*[;\s]*", re.ASCII)
_TELLING = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)


def parts(value: str) -> tuple[str, ...]:
    """Return the parts, none where the value is one secret as a whole; their names stay out of it.

    What looks like a name may be half of a password with `=` in it, or a token that is a key of JSON.
    """
    return tuple(text for _, text in _named(value))


def core(value: str) -> tuple[str, ...]:
    """Return the texts of which the strongest is what guessing the value would take: hosts and users can be guessed.

    Those whose names say that they are secret; without such names every part; without parts the value itself.
    """
    found = tuple(_named(value))
    telling = tuple(text for name, text in found if _TELLING.search(name))
    return telling or tuple(text for _, text in found) or (value,)


def _named(value: str) -> Iterator[tuple[str, str]]:
    yield from _password(value)
    yield from _leaves(value)
    yield from _settings(value)


def _password(value: str) -> Iterator[tuple[str, str]]:
    if "://" not in value:
        return
    try:
        password = urlsplit(value.strip()).password
    except ValueError:  # brackets without an address in them
        return
    if password:
        yield "password", unquote(password)


def _leaves(value: str) -> Iterator[tuple[str, str]]:
    if not value.lstrip().startswith(("{", "[")):
        return
    try:
        pending = [("part", json.loads(value))]
    except (ValueError, RecursionError):
        return
    while pending:
        name, node = pending.pop()
        if isinstance(node, dict):
            pending += [(str(key), inner) for key, inner in node.items()]
        elif isinstance(node, list):
            pending += [(name, inner) for inner in node]
        elif isinstance(node, str):
            yield name, node


def _settings(value: str) -> Iterator[tuple[str, str]]:
    if _SETTINGS.fullmatch(value):
        yield from _SETTING.findall(value)
