"""How Docker Compose 2.40 reads an env file: a model, compared with the real program by a differential test."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.references import Lookup

# Measured: three different ideas of white space, none of them Python's.
_ANYWHERE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_BETWEEN_STATEMENTS = re.compile(rf"(?:[{_ANYWHERE}]|#[^\n]*)*")
_EXPORT = re.compile(r"export[\t\n\f\r ]+")
_WITHIN_LINE = re.compile(r"[\t\v\f\r \x85\xa0]*")
_TRAILING = re.compile(rf"[{_ANYWHERE}]*\Z")
_SINGLE = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
_DOUBLE = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([abfnrtv$\"\\])|0([0-7]{3})|0)")
_ESCAPED = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "$": "$$",
    '"': '"',
    "\\": "\\",
}
# Go's (?i) also matches the two letters whose case folds to s and k.
_NAME = r"[A-Za-z_\u017f\u212a][A-Za-z0-9_\u017f\u212a]*"
_DOLLAR = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<plain>{_NAME})|(?P<open>\{{))")
_BRACED = re.compile(rf"\{{(?P<name>{_NAME})(?:(?P<end>\}})|(?P<operator>:?[-+?]))")
MAX_OCTAL = 0o377  # one byte
# Compose knows no limit, Dockgate refuses much less; each level reads the rest of the value again.
MAX_NESTING = 48


class RefusedError(Exception):
    """Compose would refuse the whole file."""


class BadReferenceError(RefusedError):
    """Compose would refuse it for a reference that is malformed, or required and missing."""


def read(text: str, lookup: Lookup) -> tuple[tuple[str, str | None], ...]:
    """Return the names and values of `text` in order; None is a bare name, an empty name is Compose's own slip."""
    return tuple(_statements(text, lookup))


def _statements(text: str, lookup: Lookup) -> Iterator[tuple[str, str | None]]:
    position = 0
    while (position := _skip(_BETWEEN_STATEMENTS, text, position)) < len(text):
        position = _skip(_EXPORT, text, position)
        name, position, bare = _name(text, position)
        if bare:
            yield name, None
            continue
        value, position = _value(text, _skip(_WITHIN_LINE, text, position), lookup)
        yield name, value


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _name(text: str, start: int) -> tuple[str, int, bool]:
    """Return the name, where its value starts, and whether it has none."""
    for position in range(start, len(text)):
        character = text[position]
        if character in "=:\n":
            name = _TRAILING.sub("", text[start:position])
            if " " in name:
                raise RefusedError  # a space in a name
            return name, position + 1, character == "\n"
        if not (
            character in "_.-[]" or _WITHIN_LINE.fullmatch(character) or unicodedata.category(character)[0] in "LN"
        ):
            raise RefusedError  # a character that a name cannot have
    if start == len(text) and text.endswith("\n"):
        return "", start, True
    if start == len(text):
        raise RefusedError  # nothing after export
    return "", start, False


def _value(text: str, start: int, lookup: Lookup) -> tuple[str, int]:
    if text[start : start + 1] == "'":
        match = _quoted(_SINGLE, text, start)
        return match.group(1).replace("\\'", "'"), match.end()
    if text[start : start + 1] == '"':
        match = _quoted(_DOUBLE, text, start)
        return expand(_ESCAPE.sub(_unescape, match.group(1)), lookup), match.end()
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    line = text[start:end].partition(" #")[0]
    return expand(_TRAILING.sub("", line), lookup), end


def _quoted(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str]:
    match = pattern.match(text, start)
    if not match:
        raise RefusedError  # a quote that nothing closes
    return match


def _unescape(match: re.Match[str]) -> str:
    letter, octal = match.groups()
    if letter:
        return _ESCAPED[letter]
    if octal is None:
        return "\\"
    return chr(int(octal, 8)) if int(octal, 8) <= MAX_OCTAL else "\\" + octal


def expand(text: str, lookup: Lookup, depth: int = 0) -> str:
    """Return `text` with references expanded as Compose does; undefined ones are empty, defaults always evaluated."""
    if depth > MAX_NESTING:
        raise RefusedError  # references nested too deep
    done: list[str] = []
    position = 0
    while match := _DOLLAR.search(text, position):
        done.append(text[position : match.start()])
        position = match.end()
        if match["escaped"]:
            done.append("$")
        elif match["plain"]:
            done.append(lookup(match["plain"]) or "")
        else:
            value, position = _braced(text, match.end() - 1, lookup, depth)
            done.append(value)
    return "".join(done) + text[position:]


def _braced(text: str, start: int, lookup: Lookup, depth: int) -> tuple[str, int]:
    match = _BRACED.match(text, start)
    last = _last_brace(text, match.end()) if match and match["operator"] else start
    if not match or last == -1:
        raise BadReferenceError  # a reference that is no template
    value = lookup(match["name"])
    if match["end"]:
        return value or "", match.end()
    end = _closing(text, start, last)
    word = expand(text[match.end() : end], lookup, depth + 1)
    present = bool(value) if match["operator"].startswith(":") else value is not None
    kind = match["operator"][-1]
    if kind == "?" and not present:
        raise BadReferenceError  # a required variable is missing
    if kind == "+":
        return (word if present else ""), end + 1
    return (value or "") if present else word, end + 1


def _last_brace(text: str, start: int) -> int:
    """Return where the last closing brace of the line is, -1 where there is none."""
    line_end = text.find("\n", start)
    return text.rfind("}", start, line_end if line_end >= 0 else len(text))


def _closing(text: str, start: int, last: int) -> int:
    """Return where the brace at `start` closes, counting every brace; where none balances, the last of the line."""
    depth = 0
    for position in range(start, last + 1):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if not depth:
            return position
    return last
