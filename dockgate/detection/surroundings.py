"""What the rest of a file says of a finding in it: a column of a table, a translation, the key of a search box; pure.

Asked only where a line alone speaks of a credential, and read once for each file: most files are never looked at.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from dockgate.detection import credential, secret_names
from dockgate.detection.assignments import Form, is_stated

if TYPE_CHECKING:
    from dockgate.detection.credential import Credential

_NAMED = re.compile(
    r"""(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,60}+)["']?\s{0,4}(?:=>|[:=])\s{0,4}["']?(?P<value>[^\s"',;{}\[\]]{1,200})"""
)
_COLUMN = 4  # different values under one name; chosen: an application has no four keys that one name has
_PAYLOAD = 3  # of prose; chosen: an example's payload has one of each person in it
_VAGUE_COLUMN = 6  # of a name such as `key`, under which one of several may be real
_MOST = 200  # values of a name that are kept; chosen: more of them say nothing more
# Each value has such a name in a list of variables, and what it is called stands beside it.
_ANYTHING = frozenset("value val default data content text string stringdata env".split())
_QUOTED = re.compile(r"""[:=>]\s{0,4}+(?:"([^"\n]{1,400}+)"|'([^'\n]{1,400}+)')""")
_BARE = re.compile(r"""^[^\s:="'#][^:="'\n]{0,80}[:=][ \t]*(?![\s"'|>&*{\[])(.{1,400})$""", re.MULTILINE)
_ELEMENT = re.compile(r">\s{0,4}+([^<>\n]{1,400}+)</")
_PLAIN = re.compile(r"[^=$/\\<>_]+")  # what phrases consist of
# Values of a file, how many of them are phrases, and where nearly all are words, how many; chosen: settings have few.
_FEWEST, _MOSTLY, _SOME, _NEARLY = 20, 0.5, 0.2, 0.9
_OF_USER = re.compile(r"(?:user|user_?name|login|database|db|db_?name|name|role|owner)$", re.IGNORECASE)
_BUNDLE = 5_000  # characters of a line
_CODE, _TABLE = re.compile(r"[0-9a-f]{4,12}|[0-9A-F]{4,12}"), 40  # chosen: fewer names are settings
_PASSWORD = re.compile(r"pass|pwd|pw$", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+(?:[-_](?:[a-z]+|\d{1,2}))*")
_SIGNS = re.compile(r"[(){};,`]")  # of a program, between what looks like the user of an address and its host
_NEAR = 8  # lines; chosen: the settings of one thing stand together
_SEARCH = re.compile(r"index_?name|docsearch|algolia", re.IGNORECASE)
_SEARCH_KEY = re.compile(r"(?:api|search)_?key$", re.IGNORECASE)
# Settings that each copy of an application has in it. Google: such a key names a project and opens nothing.
_OF_APPLICATION = re.compile(
    r"auth_?domain|messaging_?sender_?id|mobilesdk_app_id|google_app_id|gcm_(?:default_?)?sender_?id", re.IGNORECASE
)
_GOOGLE = "Google API key"


class Surroundings:
    """A file in which something was found."""

    def __init__(self, text: str, lines: list[str], written: Form) -> None:
        """Take the text of a file, its lines, and how it is written."""
        self._text, self._lines, self._written = text, lines, written

    def explain(self, number: int, name: str, value: str, found: Credential) -> bool:
        """Return whether what was found in a line is none, because of what else stands in the file."""
        if found.certain:
            return found.kind == _GOOGLE and self._is_near(number, _OF_APPLICATION)
        text = value.strip("\"'`")
        if found.kind == credential.UNNAMED and credential.classify("", name):  # identifiers beside each other
            return True
        return (
            self._is_entry(number, name)
            or self._is_column(name, found)
            or (bool(_SEARCH_KEY.search(name)) and self._is_near(number, _SEARCH))
            or self._is_of_user(number, name, text)
            or self._is_entry_of_table(text)
            or (bool(name) and not is_stated(text) and (self._is_translation or self._is_bundle(number)))
            or (found.kind == credential.ADDRESSED and self._is_bundle(number) and _is_code(text))
        )

    def _is_entry(self, number: int, name: str) -> bool:
        """Return whether it is the name of an entry in a property list."""
        return name == "key" and self._is_plist and "<key>" in self._line(number)

    def _is_column(self, name: str, found: Credential) -> bool:
        """Return whether a name has so many values that they are data: identifiers, addresses, an example's payload."""
        if name.lower() in _ANYTHING:
            return False
        different = len(self._named.get(name, ()))
        if found.kind == credential.UNNAMED:
            return different >= _COLUMN
        if self._written is Form.PROSE and not _PASSWORD.search(name):
            return different >= _PAYLOAD
        return secret_names.is_vague(name) and different >= _VAGUE_COLUMN

    def _is_bundle(self, number: int) -> bool:
        """Return whether a line is that of a program which no person wrote: what it calls a password is a label."""
        return self._written is Form.PROGRAM and len(self._lines[number - 1]) > _BUNDLE

    def _is_entry_of_table(self, text: str) -> bool:
        """Return whether dozens of names have such a value: a code of each thing, in digits of one length."""
        return bool(_CODE.fullmatch(text)) and self._codes[len(text)] >= _TABLE

    def _is_of_user(self, number: int, name: str, text: str) -> bool:
        """Return whether a password is the name of its user or database: of a demonstration, and as good as none."""
        if not (_PASSWORD.search(name) and _WORD.fullmatch(text)):
            return False
        return f"{text}@" in self._line(number) or text in self._users

    def _is_near(self, number: int, sign: re.Pattern[str]) -> bool:
        near = range(max(1, number - _NEAR), min(len(self._lines), number + _NEAR) + 1)
        return any(sign.search(self._line(each)) for each in near)

    def _line(self, number: int) -> str:
        """Return the beginning of a line: it is asked for each finding in it."""
        return self._lines[number - 1][:_BUNDLE]

    @cached_property
    def _is_plist(self) -> bool:
        return "<dict>" in self._text

    @cached_property
    def _users(self) -> frozenset[str]:
        return frozenset().union(*(values for name, values in self._named.items() if _OF_USER.search(name)))

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        found = defaultdict[str, set[str]](set)
        for match in _NAMED.finditer(self._text):
            values = found[match["name"]]
            if len(values) < _MOST:
                values.add(match["value"])
        return found

    @cached_property
    def _codes(self) -> Counter[int]:
        """Return how many names have a code, by its length."""
        return Counter(
            length for values in self._named.values() for length in {*map(len, filter(_CODE.fullmatch, values))}
        )

    @cached_property
    def _is_translation(self) -> bool:
        """Return whether a file holds what an interface says: phrases, one under each name."""
        values = [match[1] for match in _ELEMENT.finditer(self._text)] if "</" in self._text else []
        if not values:
            quoted = (match[1] or match[2] for match in _QUOTED.finditer(self._text))
            values = [*quoted, *(match[1] for match in _BARE.finditer(self._text))]
        if len(values) < _FEWEST:
            return False
        phrases, words = sum(map(_is_phrase, values)), sum(map(_is_wordy, values))
        return phrases >= _MOSTLY * len(values) or (phrases >= _SOME * len(values) and words >= _NEARLY * len(values))


def _is_wordy(value: str) -> bool:
    return bool(_PLAIN.fullmatch(value)) and not any(map(str.isdigit, value))


def _is_code(text: str) -> bool:
    match = credential.URL.search(text)
    return match is not None and bool(_SIGNS.search(match["password"]))


def _is_phrase(value: str) -> bool:
    words = value.split()
    said = sum(any(map(str.isalpha, word)) for word in words)
    if said > 1 and _PLAIN.fullmatch(value) and not any(word[0] == "-" for word in words):
        return True
    return not value.isascii() and not any(map(str.isdigit, value))
