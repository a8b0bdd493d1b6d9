"""The credentials of a line, and of a whole file line by line; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.detection import (
    assignments,
    credential,
    key_formats,
    likely_lines,
    lookalikes,
    private_key,
    settings_below,
    templates,
    windows,
)
from dockgate.detection.assignments import Form, assigned, is_comment, is_member, is_stated, is_value, literals
from dockgate.detection.stated import stated
from dockgate.detection.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.detection.credential import Credential

_ESCAPED_QUOTE = re.compile(r'\\"')
_PAIR = re.compile(r"""["'](\w[\w.-]*)["']:["']([^"'\s]+)["']""")
_OPERATORS = re.compile(r"[()?&|]|==")
_CLOSING = ")]},;"
_META = re.compile(r"<meta\s[^<>]*>")


def credentials(text: str, path: str) -> Iterator[tuple[int, str, Credential]]:
    """Yield lines, names and credentials; the first line of a key alone is what a program or a text speaks of."""
    written, lines = assignments.form(path, text), text.splitlines()
    around = Surroundings(text, lines, written)
    seen = set[int]()
    for number in likely_lines.numbers(text):
        told = _in_line(lines[number - 1], written)
        for name, found in dict.fromkeys(
            (name, found) for name, value, found in told if not around.explain(number, name, value, found)
        ):
            if found.kind != "private key" or private_key.follows(lines, number - 1, written):
                seen.add(number)
                yield number, name, found
    for number, name, value in _below(text, written):
        below = credential.classify(name, value)
        if number in seen or not below or below.kind == credential.UNNAMED:
            continue
        if not around.explain(number, name, value, below):
            seen.add(number)
            yield number, name, below


def _below(text: str, written: Form) -> Iterator[tuple[int, str, str]]:
    if written is Form.SETTINGS:
        yield from settings_below.stated(text)
    elif written is Form.PROGRAM:
        yield from settings_below.declared(text)


def in_line(line: str, written: Form = Form.SETTINGS) -> Iterator[tuple[str, Credential]]:
    """Yield the credentials of one line of a text file with the names that they are assigned to."""
    yield from dict.fromkeys((name, found) for name, _, found in _in_line(line, written))


def _in_line(line: str, written: Form) -> list[tuple[str, str, Credential]]:
    return _told(line, written) or [(name, "", found) for name, found in _unnamed(line, written)]


def reported(line: str, written: Form = Form.SETTINGS) -> tuple[str, ...]:
    """Return the values of the credentials that have a name in a line."""
    return tuple(value.strip("\"'`") for _, value, _ in _told(line, written))


def _told(line: str, written: Form) -> list[tuple[str, str, Credential]]:
    if lookalikes.is_encrypted(line.strip()):
        return []
    if "<meta" in line:  # what a page says of itself is public
        line = _META.sub("", line)
    found = [*_named(line, written)]
    if not found and '\\"' in line:  # JSON in JSON
        found = [each for text in _unescaped(line) for each in _named(text, written)]
    return found


def _unescaped(line: str) -> Iterator[str]:
    """Yield a line without the signs in front of its quotes; of a long one, what is around them."""
    whole = ((0, len(line)),) if len(line) <= windows.LONG else windows.around(line, _ESCAPED_QUOTE)
    return (line[start:end].replace('\\"', '"') for start, end in whole)


def _named(line: str, written: Form) -> Iterator[tuple[str, str, Credential]]:
    if written is Form.LOCK:
        return
    comment = is_comment(line)
    as_said = Form.PROSE if comment and written is Form.PROGRAM else written
    said = (each for each in stated(line, written) if _is_said(*each, as_said))
    remark, spoken = comment and written is Form.SETTINGS, comment or written is Form.PROSE
    for name, value in (*_given(line, written), *said):
        text = value.strip("\"'`")
        said_of = (remark and not is_stated(text)) or (spoken and not _are_stated(text))
        found = None if said_of else credential.classify(name, value)
        if found and found.kind == credential.ADDRESSED and spoken and not _are_stated_in(text):
            continue
        # In prose, long identifiers and paths are everywhere.
        if found and (written is not Form.PROSE or found.kind != credential.UNNAMED):
            yield name, value, found


def _given(line: str, written: Form) -> Iterator[tuple[str, str]]:
    """Yield what a line assigns, and what JSON that is the value of a variable does."""
    if written is Form.PROGRAM and "${" in line:  # `@Value("${db.password:value}")`
        yield from (
            each for each in templates.defaults(line) if is_stated(each[1]) and credential.names_a_secret(each[0])
        )
    yield from assigned(line, written)
    if written is Form.SETTINGS and '{"' in line:
        yield from _PAIR.findall(line)


def _are_stated(text: str) -> bool:
    """Return whether the passwords in a row of settings, of which a sentence speaks, are more than words."""
    return all(is_stated(each["password"]) for each in credential.settings(text))


def _are_stated_in(address: str) -> bool:
    """Return whether the password of an address that a comment or a text shows is more than a word."""
    match = credential.URL.search(address)
    return match is None or is_stated(match["password"])


def _is_said(name: str, value: str, written: Form) -> bool:
    """Return whether what a line states is a value where it stands: in prose and programs more than a word."""
    text = value.strip("\"'`")
    if written is Form.PROGRAM and text == value and (is_member(text.rstrip(_CLOSING)) or _OPERATORS.search(text)):
        return False
    if written is Form.SETTINGS or is_stated(text):
        return True
    return written is Form.PROGRAM and text != value and is_value(name, text)


def _unnamed(line: str, written: Form) -> Iterator[tuple[str, Credential]]:
    if written is Form.PROGRAM and ("://" in line or "=" in line):
        yield from (
            ("", each)
            for each in filter(None, (credential.classify("", text) for text in literals(line) if _states(text)))
        )
    elif written is not Form.PROGRAM:
        yield from _addresses(line, written)
    yield from (("", each) for each in credential.certain(key_formats.proven(line)))


def _addresses(line: str, written: Form) -> Iterator[tuple[str, Credential]]:
    """Yield the passwords of addresses that stand anywhere in a line."""
    for match in credential.URL.finditer(line) if "://" in line else ():
        if credential.is_password(match["user"], match["password"]) and (
            is_stated(match["password"]) or not (written is Form.PROSE or is_comment(line))
        ):
            yield "", credential.Credential(credential.ADDRESSED)


def _states(text: str) -> bool:
    """Return whether a text in quotes may hold a credential with its name: an address, or settings in a row."""
    if "://" in text and credential.URL.search(text):
        return True
    setting = credential.SETTING.search(text) if "=" in text else None
    return setting is not None and is_stated(setting["password"])


def values(line: str, written: Form = Form.SETTINGS) -> Iterator[str]:
    """Yield the assigned values of one line that are credentials; those of a program under any name or none."""
    yield from (value.strip("\"'`") for name, value in assigned(line, written) if credential.may_be_one(name, value))
    if written is Form.PROGRAM:
        yield from (
            text for text in literals(line) if credential.CHOSEN.fullmatch(text) and credential.may_be_chosen(text)
        )
