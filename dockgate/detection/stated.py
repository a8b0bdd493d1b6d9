"""What a line states without an assignment: options of commands, headers, second operands, elements, pairs; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.detection.assignments import LITERAL, VALUE, Form
from dockgate.detection.secret_names import speaks_of_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME = r"[A-Za-z_][\w.-]{1,80}"
# `--token X`, and `"--token", "X"` as lists of arguments have it; what has a `=` is an assignment.
_OPTION = re.compile(rf"""(?<![\w-])--(?P<name>{_NAME})(?:["'],\s*|\s+)(?!-)(?P<value>{VALUE})""")
# Where an option of one letter is the password: its program says so.
_LETTER = re.compile(
    r"(?<![\w-])(?:my(?:sql|loader|dumper)\w*|maria(?:db|backup)[\w-]*|mongo\w*|sshpass|7z|(?:docker|podman|buildah|crane|skopeo|"
    r"helm|oras|regctl|registry)(?:\s+\w+)*?\s+login)(?![\w.])(?P<rest>[^|;&\n]*)"
)
_P = re.compile(rf"""(?<![\w-])-p[ =]?(?P<value>{VALUE})""")
_A = re.compile(rf"""(?<![\w-])(?:redis-cli|valkey-cli)(?![\w.])[^|;&\n]*?\s-a[ =]?(?P<value>{VALUE})""")
_W = re.compile(rf"""(?<![\w-])ldap\w+(?![\w.])[^|;&\n]*?\s-w[ =]?(?P<value>{VALUE})""")
_USER = re.compile(
    r"""(?<![\w-])(?:-u|--user|--proxy-user|--creds|-U)(?:["'],\s*|[ =]|(?=["']))?\s*"""
    r"""(?:(?P<quote>["'])(?P<name>[^"':\s%]*):(?P<quoted>.*?)(?P=quote)|[\w.@+-]+:["']?(?P<value>[^\s"']+))"""
)
_PIPED = re.compile(
    rf"""(?<![\w-])(?:echo|printf)\s+(?:-\w+\s+)*(?P<value>{VALUE})\s*\|[^|]*(?:--password-stdin|--stdin|\s-S\b|chpasswd|passwd)"""
)
_HEADER = re.compile(
    r"""(?<!\w)authorization["']?\s*(?:[:=,]|\]\s*=)\s*["'`]?\s*(?:[A-Za-z][\w-]{2,20}\s+)?(?P<value>[^\s"'`,;<>{}]{12,})"""
    r"""|(?<![\w-])x-[\w-]*(?:token|key|secret|auth)["']?\s*[:,]\s*["'`]?(?P<other>[^\s"'`,;<>{}]+)""",
    re.IGNORECASE,
)
_NETRC = re.compile(r"(?<!\w)login\s+\S+\s+password\s+(?P<value>\S+)")
# `get("X", "value")`, `env('X', 'value')`: a name in quotes, and a text behind it. Of a call
# that gets or sets one: `renameForeignKey("tokens", "FK_…")` speaks of other things.
_ARGUMENT = re.compile(rf"""\(\s*["'](?P<name>{_NAME})["']\s*,\s*(?:\w{{1,40}}\s*=\s*)?[bBuU]?(?P<value>{LITERAL})""")
_GETTER = re.compile(
    r"(?:(?:get|set|put|fetch|lookup|add|default|conf|param|option|flag|header|arg|string|str|read|must|with)\w*|\w*env\w*)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\w*$")
# `process.env.X || "value"`, `getenv("X") ?: "value"`, `ENV.fetch("X") { "value" }`, `.X | default "value"`.
_OPERAND = re.compile(rf"""(?:\|\||\?\?=?|\?:|\bor\b|\|\s*default\s*\(?|(?<=\)\s)\{{)\s*[bBuU]?(?P<value>{LITERAL})""")
_OPERATORS = ("||", "??", "?:", "or", "default", "{")
_OPERATED = re.compile(rf"""(?P<name>{_NAME})["']?[\])]*\s*$""")
_FAR = 100
_ELEMENT = re.compile(
    rf"<(?:\w+:)?(?P<name>{_NAME})(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?P<value>[^<>\s][^<>]*?)(?:\]\]>)?\s*</"
)
_PAIR = re.compile(
    rf"""(?<![\w-])["']?(?:name|key|id|variable)["']?\s*[:=]\s*["']?(?P<name>{_NAME})["']?\s*[,;]?\s*"""
    rf"""["']?(?:value|val|default)["']?\s*[:=]\s*(?P<value>{VALUE})""",
    re.IGNORECASE,
)
_BUNDLE = 5_000  # characters of a line of a program that no person wrote: it holds no commands
HEADER = "authorization_token"


def stated(line: str, written: Form) -> Iterator[tuple[str, str]]:
    """Yield names and values that a line states in other ways than by an assignment.

    Each way has a sign that most lines lack: looking for the sign takes a tenth of looking for the way.
    """
    low = line.lower()
    if "val" in low or "default" in low:
        yield from ((match["name"], match["value"]) for match in _PAIR.finditer(line))
    if "authorization" in low or "x-" in low:
        yield from ((HEADER, match["value"] or match["other"]) for match in _HEADER.finditer(line))
    if "-" in line and not (written is Form.PROGRAM and len(line) > _BUNDLE):
        yield from _options(line)
    if "</" in line:
        yield from _speaking(_ELEMENT.finditer(line))
    if written is not Form.PROSE and any(quote in line for quote in "\"'`"):
        yield from _arguments(line)
        yield from _operands(line)
    if "login" in line:
        yield from (("password", match["value"]) for match in _NETRC.finditer(line))


def _arguments(line: str) -> Iterator[tuple[str, str]]:
    for match in _ARGUMENT.finditer(line):
        called = _CALLED.search(line[max(0, match.start() - _FAR) : match.start()])
        if called and _GETTER.fullmatch(called[0]):
            yield match["name"], match["value"]


def _operands(line: str) -> Iterator[tuple[str, str]]:
    for match in _OPERAND.finditer(line) if any(map(line.__contains__, _OPERATORS)) else ():
        if first := _OPERATED.search(line[max(0, match.start() - _FAR) : match.start()]):
            yield first["name"], match["value"]


def _options(line: str) -> Iterator[tuple[str, str]]:
    if "--" in line:
        yield from _speaking(_OPTION.finditer(line))
    for program in _LETTER.finditer(line) if "-p" in line else ():
        yield from (("password", match["value"]) for match in _P.finditer(program["rest"]))
    for match in _USER.finditer(line) if ":" in line else ():
        yield "password", match["value"] or match["quoted"] or match["name"] or ""
    for sign, form in (("-a", _A), ("-w", _W), ("|", _PIPED)):
        if sign in line:
            yield from (("password", match["value"]) for match in form.finditer(line))


def _speaking(found: Iterable[re.Match[str]]) -> Iterator[tuple[str, str]]:
    return ((match["name"], match["value"]) for match in found if speaks_of_one(match["name"]))
