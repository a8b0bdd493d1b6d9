"""Takes secret values out of what is about to be printed: documents of ours, and the words of other programs."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from dockgate.core.compose_escape import escape
from dockgate.core.secret import MASK
from dockgate.detection import credential, text_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dockgate.core.secret import Secret

_FEW = 16  # values of a line that are replaced one by one; chosen: nearly all lines have none
SHORTEST = 4  # a shorter value would be found in every other word
_NEAR = 40  # characters in front of a word; chosen: what it identifies and signs, as in `container: `
BEGINNING = 6  # programs cut what they quote: so much of a secret's beginning is masked as well
# Compose repeats the value, or as much as it could make of it, behind these words; the place stands before them.
_REPEATED = re.compile(
    r"(You may need to escape any \$ with another \$\.\n).*|"
    r"(\b(?:parsing|invalid duration|invalid size:?) )([\"'`]).*?\3",
    re.DOTALL,
)
# Here it repeats a value of another kind than the place takes. A word is shown, as is what is short: a typing error.
# Of what has letters and digits, or capital letters in its midst, nothing says that it is no password.
_MISPLACED = re.compile(
    r"(\b(?:hostPort|containerPort|proto|ip address|missing IP|boolean|suffix|unknown unit|invalid spec|invalid value|"
    r"long syntax)\b:? )(.*)",
    re.IGNORECASE,
)
_UNMATCHED = re.compile(r"'[^']*'(?= does not match)")
_PART = re.compile(r"[^\s:/'\"]{8,}")
_EQUAL = re.compile(r"=(\w+)")
_WORD = re.compile(r"[^\s\"'`,;()\[\]{}<>]+")
_PIECE = re.compile(r"[^:/@=|?&]+")
_OPTION = re.compile(
    r"""(?:^|[\s'"])--?(?:[\w-]*(?:pass|token|secret|api-?key)(?:word|wd|phrase)?|masterauth)(?:=|\s+)['"]?([^\s'"]+)|"""
    r"""\b(?:curl|wget|http)\b[^|;&]{0,300}?\s(?:-u|--user)[=\s]+['"]?[^\s:'"]+:([^\s'"]+)|"""
    r"""\b(?:mysql|mariadb)\w*(?:-\w+)*\b[^|;&]{0,300}?\s-p([^\s'"]+)|\b(?:Bearer|Basic)\s+([^\s'"]{8,})""",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9a-fA-F]+")
_IDENTIFIED = re.compile(
    r"\b(?:container|network|volume|image|sandbox|endpoint|exec|layer|snapshot|task|process|digest|commit|id|ref)\W*$",
    re.IGNORECASE,
)


def masked(node: object, secrets: Iterable[Secret]) -> object:
    """Return `node` (JSON) with every occurrence of a secret's value masked."""
    return _masked(node, _values(secrets))


def document(node: object, secrets: Iterable[Secret], name: str = "") -> object:
    """Return `node` (JSON) as `masked` does, and with every value masked that its name or its looks call a secret.

    These are not declared: a literal of a Compose file, a value that a service's env file brought.
    """
    return _document(node, _values(secrets), name)


def _document(node: object, values: Sequence[str], name: str) -> object:
    if isinstance(node, dict):
        return {key: _document(value, values, str(key)) for key, value in node.items()}
    if isinstance(node, list):
        return _list(node, values, name)
    if not isinstance(node, str):
        return node
    shown = str(_masked(node, values))
    if not shown or shown == MASK:
        return shown
    if "." in name:  # a label's key, not the name of a variable: its words say what it is about, not what it holds
        name = ""
    if credential.names_a_secret(name) and not _harmless(shown):
        return MASK
    shown = "\n".join(_line(line, values) for line in _without(shown, _given(shown)).split("\n"))
    return MASK if credential.classify(name, shown.replace(MASK, "")) else shown


def _list(node: Sequence[object], values: Sequence[str], name: str) -> list[object]:
    """Mask the entries of a list; of a command, an option and its value are two of them."""
    words = " ".join(each for each in node if isinstance(each, str))
    given = {*_given(words), *(value for value in text_lines.values(words) if not _harmless(value))}
    shown = (_without(each, given) if isinstance(each, str) else each for each in node)
    return [_document(each, values, name) for each in shown]


def _given(command: str) -> Iterator[str]:
    """Yield the values of options that take a secret: `--password x`, `-u user:x`, `mysql -px`, `Bearer x`."""
    for match in _OPTION.finditer(command):
        value = next(filter(None, match.groups()))
        if not value.startswith(("/", "$", "-", MASK)):
            yield value


def _without(text: str, values: Iterable[str]) -> str:
    for value in values:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)|(?<=-p){re.escape(value)}(?!\w)", MASK, text)
    return text


def _harmless(value: str) -> bool:
    """Return whether a value under a secret's name is none: a path, a switch, the name of an algorithm."""
    return credential.is_ordinary(value) and not value.isdecimal()


def said(text: str, secrets: Iterable[Secret] = ()) -> str:
    """Return what another program said, without these secrets, their beginnings, and whatever looks like a credential.

    It may repeat a literal of a file, which is not declared as a secret.
    """
    values = _values(secrets)
    text = _REPEATED.sub(lambda match: f"{match[1] or match[2]}{MASK}", text)
    text = _MISPLACED.sub(lambda match: match[1] + _PART.sub(_part, match[2]), text)
    text = _UNMATCHED.sub(lambda match: _PART.sub(_part, match[0]), text)
    shown = str(_masked(text, values))
    return "\n".join(_line(line, values) for line in shown.split("\n"))


def _part(match: re.Match[str]) -> str:
    word, rest = match[0], match[0][1:]
    mixed = any(map(str.isdigit, word)) or not (rest.islower() or word.isupper())
    return MASK if mixed and any(map(str.isalpha, word)) else word


def _values(secrets: Iterable[Secret]) -> list[str]:
    return sorted({each.reveal() for each in secrets if len(each.reveal()) >= SHORTEST}, key=len, reverse=True)


def _masked(node: object, values: Sequence[str]) -> object:
    if isinstance(node, dict):
        return {key: _masked(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_masked(value, values) for value in node]
    if isinstance(node, str):
        for value in values:
            node = node.replace(value, MASK).replace(escape(value), MASK)
    return node


def _line(line: str, values: Sequence[str]) -> str:
    # `PASSWORD: invalid`, of an error, is prose.
    equal = frozenset(_EQUAL.findall(line))
    found = dict.fromkeys(text_lines.values(line))
    line = _replaced(line, [each for each in found if not (each.isalpha() and each.islower()) or each in equal])
    return _WORD.sub(lambda match: _word(match, values), line)


def _replaced(line: str, values: Sequence[str]) -> str:
    """Return a line without these values, the longest first; of many, each place of the line is looked at once."""
    if len(values) <= _FEW:
        for value in sorted(values, key=len, reverse=True):
            line = line.replace(value, MASK)
        return line
    lengths = defaultdict[str, set[int]](set)
    for value in values:
        lengths[value[:SHORTEST]].add(len(value))
    known, shown, start = frozenset(values), list[str](), 0
    while start < len(line):
        likely = lengths.get(line[start : start + SHORTEST], ())
        length = max((each for each in likely if line[start : start + each] in known), default=0)
        shown.append(MASK if length else line[start])
        start += length or 1
    return "".join(shown)


def _word(match: re.Match[str], values: Sequence[str]) -> str:
    word, start = match[0], match.start()
    bare = word.strip(".:")
    if len(bare) >= BEGINNING and any(value.startswith(bare) for value in values):
        return word.replace(bare, MASK)
    if credential.classify("", word):
        before = match.string[max(0, start - _NEAR) : start]
        return word if _HEX.fullmatch(word) and _IDENTIFIED.search(before) else MASK
    # Inside an address or a path, a run of hex is the digest of something.
    return _PIECE.sub(lambda match: match[0] if _HEX.fullmatch(match[0]) else _piece(match[0]), word)


def _piece(piece: str) -> str:
    return MASK if credential.classify("", piece) else piece
