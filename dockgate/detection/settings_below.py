"""Settings over several lines: YAML blocks, a name with its value below it, manifests of Kubernetes Secrets; pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from dockgate.core.location import line_at
from dockgate.detection import lookalikes, secret_names
from dockgate.detection.assignments import LITERAL, VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = r"[A-Za-z_.][\w.-]{1,80}"
_BLOCK = re.compile(
    rf"""^(?P<indent>[ \t]*)(?:- )?["']?(?P<name>{_NAME})["']?:[ \t]*[|>][-+\d]*[ \t]*(?:\#.*)?\n"""
    r"(?P<body>(?:(?P=indent)[ \t]+\S.*\n?|[ \t]*\n)+)",
    re.MULTILINE,
)
_FILE = re.compile(r"\.(?:sh|bash|py|js|ts|rb|pl|lua|sql|ya?ml|json|toml|xml|conf|cfg|ini|md|html?|service|tmpl|tpl)$")
_PAIR = re.compile(rf"""(?:["'](?P<quoted>{_NAME})["']\s*:|(?P<bare>{_NAME})(?:=|:\s))\s*(?P<value>{VALUE}),?""")
_BELOW = re.compile(
    rf"""(?<![\w-])["']?(?:name|key|variable)["']?[ \t]*[:=][ \t]*["']?(?P<name>{_NAME})["']?,?[ \t]*\n[ \t]*"""
    rf"""["']?(?:value|default)["']?[ \t]*[:=][ \t]*(?:!Sub[ \t]+)?(?P<value>{VALUE})""",
    re.IGNORECASE,
)
# A value alone in the line below its name, with or without YAML's signs; two elements of a property list.
_ALONE = re.compile(
    rf"""^(?P<indent>[ \t]*)(?:- )?["']?(?P<name>{_NAME})["']?:[ \t]*\n"""
    rf"""(?P=indent)[ \t]+(?P<value>{VALUE})(?<!:)[ \t]*$""",
    re.MULTILINE,
)
_COMPLEX = re.compile(rf"^[ \t]*\?[ \t]+(?P<name>{_NAME})[ \t]*\n[ \t]*:[ \t]+(?P<value>{VALUE})", re.MULTILINE)
# An element on lines of its own, or the value in an element of that name: `<masterKey>`, `<AdministratorPassword>`.
_ELEMENT = re.compile(
    rf"<(?:\w+:)?(?P<name>{_NAME})(?:\s[^<>]*)?>\s*(?:<!--[^<>]*-->\s*)?(?:<(?P<tag>[vV]alue)>\s*)?"
    r"(?P<value>[^<>\s][^<>]*+)</(?:(?P=tag)|(?:\w+:)?(?P=name))>"
)
_PLIST = re.compile(rf"<key>(?P<name>{_NAME})</key>\s*\n\s*<string>(?P<value>[^<>]+)</string>")
_DECLARED = re.compile(
    rf"""^variable\s+"(?P<name>{_NAME})"\s*\{{[^{{}}]*?\bdefault\s*=\s*(?P<value>{LITERAL})""", re.MULTILINE
)
_ENTRY_OTHER = re.compile(
    r"user_?name|user$|login|account_?name|addr|host|server|endpoint|mail|domain|data_?base|db_?name|port$|region|ur[il]$",
    re.IGNORECASE,
)
_SECRET = re.compile(r"""^kind:[ \t]*["']?Secret["']?[ \t]*$""", re.MULTILINE)
_DOCUMENT = re.compile(r"^---", re.MULTILINE)
_DATA = re.compile(r"^(?:data|stringData):[ \t]*\n(?P<body>(?:[ \t]+\S.*\n?|[ \t]*\n)+)", re.MULTILINE)
_ENTRY = re.compile(
    rf"""^[ \t]+["']?(?P<name>{_NAME})["']?:[ \t]*(?:[|>][-+]?[ \t]*\n[ \t]*)?(?P<value>\S+)""", re.MULTILINE
)


def stated(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield lines, names and values; of a block each line is a value, for one of them may be a key."""
    for match in _BLOCK.finditer(text):
        if secret_names.speaks_of_one(match["name"]) and not _FILE.search(match["name"]):
            first = line_at(text, match.start("body"))
            if not lookalikes.is_protected(match["body"].strip()):  # a public key, a certificate, ciphertext
                yield from _of_block(match["name"], match["body"].splitlines(), first)
    for match in _BELOW.finditer(text):
        yield line_at(text, match.start("value")), match["name"], match["value"]
    for form in (_ALONE, _COMPLEX, _PLIST):
        yield from _speaking(text, form)
    if "</" in text:
        yield from _speaking(text, _ELEMENT)
    if _SECRET.search(text):
        yield from _of_manifest(text)


def _of_block(name: str, lines: list[str], first: int) -> Iterator[tuple[int, str, str]]:
    """Yield the lines of a block; of one that is a pair in JSON or a setting its value, which may be an address."""
    inside = False  # a key, of which the first line says what it is
    for number, line in enumerate(map(str.strip, lines), first):
        body = inside
        inside = line.startswith("-----BEGIN ") or (inside and not line.startswith("-----END "))
        if body:
            continue
        pair = _PAIR.fullmatch(line)
        if not pair:
            yield number, name, line
        elif not secret_names.speaks_of_another(pair["quoted"] or pair["bare"]):
            yield number, name, pair["value"]


def declared(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the defaults of Terraform's variables."""
    if 'variable "' in text:
        yield from _speaking(text, _DECLARED)


def _speaking(text: str, form: re.Pattern[str]) -> Iterator[tuple[int, str, str]]:
    for match in form.finditer(text):
        if secret_names.speaks_of_one(match["name"]):
            yield line_at(text, match.start("value")), match["name"], match["value"]


def _of_manifest(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield what a Secret holds, under any name: who writes one says so. Other documents of the file hold none."""
    ends = [0, *(match.start() for match in _DOCUMENT.finditer(text)), len(text)]
    secrets = [(start, end) for start, end in pairwise(ends) if _SECRET.search(text, start, end)]
    for data in (match for place in secrets for match in _DATA.finditer(text, *place)):
        for match in _ENTRY.finditer(text, *data.span("body")):
            other = _ENTRY_OTHER.search(match["name"]) or _FILE.search(match["name"])
            if secret_names.speaks_of_one(match["name"]) or not (
                other or secret_names.speaks_of_another(match["name"])
            ):
                yield line_at(text, match.start("value")), f"{match['name']}_secret", match["value"]
