"""What a line states without an assignment: options of commands, headers, second operands, elements, pairs; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.detection import commands, windows
from dockgate.detection.assignments import LITERAL, VALUE, Form, is_quoting
from dockgate.detection.commands import NAME
from dockgate.detection.secret_names import speaks_of_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER = re.compile(
    r"""(?<!\w)authorization["']?\s*(?:[:=]|,(?=\s*["'`])|\]\s*=|(?=\s["']?(?:basic|bearer|token)\b))\s*["'`]?\s*(?:[A-Za-z][\w-]{2,20}\s+)?(?P<value>[^\s"'`,;<>{}]{12,})"""
    r"""|(?<![\w-])x-[\w-]*(?:token|key|secret|auth)["']?(?:\s*:\s*|\s*,\s*(?=["'`])|\s+)["'`]?(?P<other>[^\s"'`,;<>{}]+)""",
    re.IGNORECASE,
)
_HEADERS = re.compile(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)+")  # the next one in a list of their names
_NETRC = re.compile(r"(?<!\w)login\s+\S+\s+password\s+(?P<value>\S+)")
# `get("X", "value")`, `env('X', 'value')`: a name in quotes, and a text behind it. Of a call
# that gets or sets one: `renameForeignKey("tokens", "FK_…")` speaks of other things.
_ARGUMENT = re.compile(rf"""\(\s*["'](?P<name>{NAME})["']\s*,\s*(?:\w{{1,40}}\s*[=:]\s*)?[bBuU]?(?P<value>{LITERAL})""")
_GETTER = re.compile(
    r"(?:(?:get|set|put|define|fetch|lookup|add|default|conf|param|option|flag|header|arg|string|str|read|must|with)\w*|\w*env\w*)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\w*$")
# `process.env.X || "value"`, `getenv("X") ?: "value"`, `ENV.fetch("X") { "value" }`, `.X | default "value"`.
_OPERAND = re.compile(
    rf"""(?:\|\||\?\?=?|\?:|//|o(?<!\w.)r\b|e(?<!\w.)lse\b|\|\s*default\s*\(?|\{{(?<=\)\s.)|\.(?:unwrap_or|or_?else|get_?or_?else)\(|\.unwrap_or_else\(\|\w*\||\?\s?[\w.$()\[\]-]{{1,60}}+\s?:)\s*[bBuU]?(?P<value>{LITERAL})"""
)
_OPERATORS = ("||", "?", "//", "or", "lse", "default", "{")
_OPERATED = re.compile(rf"""(?P<name>{NAME}|[A-Za-z])["']?[\])}}]*\s*$""")
# What an expression is assigned to, with its type or without: `password: string = cfg.x ?? "value"`.
_TARGET = re.compile(rf"""(?P<name>{NAME})["']?\]?(?:\s*:\s*[\w<>?]+)?\s*(?::=|<-|=(?![=>~])|:(?![:=]))""")
_FAR = 100  # characters in front of an operator or a call, where its name is; chosen: as commands.NAME, and brackets
_ELEMENT = re.compile(
    rf"<(?:\w+:)?(?P<name>{NAME})(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?P<value>[^<>\s][^<>]*?)(?:\]\]>)?\s{{0,80}}</"
)
# `<entry key="db.password">X</entry>`, and the two elements of a property list.
_NAMED_ELEMENT = re.compile(
    rf"""<\w[\w:.-]*\s[^<>]{{0,200}}?(?:name|key|id)=["'](?P<name>{NAME})["'][^<>]*>\s*(?P<value>[^<>\s][^<>]*?)\s{{0,80}}</"""
)
_PLIST = re.compile(rf"<key>\s*(?P<name>{NAME})\s*</key>\s*<string>\s*(?P<value>[^<>\s][^<>]*?)\s{{0,80}}</")
_KEYED = rf"""(?<![\w-])["']?(?:\w{{1,20}}?)?(?:name|key|id|variable)["']?\s*[:=]\s*["']?(?P<name>{NAME})["']?"""
_VALUED = rf"""["']?(?:\w{{1,20}}?)?(?:value|val|default)["']?\s*[:=]\s*(?P<value>{VALUE})"""
_PAIRS = (
    re.compile(rf"{_KEYED}\s*[,;]?\s*{_VALUED}", re.IGNORECASE),
    # In quotes: one without them would be looked at to the end of the line from each `value:`.
    re.compile(rf"(?<![\w-]){_VALUED.replace(VALUE, LITERAL)}\s*,\s*{_KEYED}", re.IGNORECASE),
)
# `auth=("ops", "X")`, `HTTPBasicAuth("ops", "X")`, `smtp.login("ops", "X")`, `new PDO("mysql:…", "app", "X")`.
_SIGNED_IN = re.compile(
    rf"""(?:(?:PDO|connect\w*|connection)\(\s*{LITERAL}\s*,\s*{LITERAL}\s*,\s*(?P<third>{LITERAL}))|"""
    rf"""(?:auth|login|credentials?)\s*(?:=\s*)?[(\[]\s*["'][^"'\s]{{1,80}}["']\s*,\s*(?P<value>{LITERAL})""",
    re.IGNORECASE,
)
# What each of these forms has in it, in small letters; a search for that alone is many times as fast.
_OF_PAIRS = re.compile(r"(?:val|value|default)[\"']?\s*[:=]")
_OF_HEADERS = re.compile(r"authoriz|x-")
_OF_SIGNED_IN = re.compile(r"(?:auth|login|credentials?)\s*=?\s*[(\[]|pdo\(|connect")
_OF_NETRC = re.compile("login")
_BUNDLE = 5_000  # characters of a line of a program that no person wrote: it holds no commands
_ANCHOR = re.compile(r"[&*][A-Za-z][\w-]*")  # of YAML, whose extensions begin as headers do: `x-secret: &secret`
HEADER = "authorization_token"


def stated(line: str, written: Form) -> Iterator[tuple[str, str]]:
    """Yield names and values that a line states in other ways than by an assignment.

    Each way has a sign that most lines lack: looking for the sign takes a tenth of looking for the way.
    """
    low = line.lower()
    if "val" in low or "default" in low:
        yield from (
            (match["name"], match["value"]) for form in _PAIRS for match in windows.finditer(form, line, _OF_PAIRS)
        )
    if "authorization" in low or "x-" in low:
        headers = windows.finditer(_HEADER, line, _OF_HEADERS)
        found = (match["value"] or match["other"] for match in headers)
        yield from ((HEADER, each) for each in found if not (_HEADERS.fullmatch(each) or _ANCHOR.fullmatch(each)))
    if not (written is Form.PROGRAM and len(line) > _BUNDLE):
        yield from commands.passwords(line, written)
    if "</" in line:
        yield from _speaking(match for form in (_ELEMENT, _NAMED_ELEMENT, _PLIST) for match in form.finditer(line))
    if written is not Form.PROSE and is_quoting(line):
        yield from _arguments(line)
        yield from _operands(line)
        signed_in = windows.finditer(_SIGNED_IN, line, _OF_SIGNED_IN)
        yield from ((commands.PASSWORD, match["value"] or match["third"]) for match in signed_in)
    if "login" in line:
        yield from ((commands.PASSWORD, match["value"]) for match in windows.finditer(_NETRC, line, _OF_NETRC))


def _arguments(line: str) -> Iterator[tuple[str, str]]:
    for match in _ARGUMENT.finditer(line):
        called = _CALLED.search(line[max(0, match.start() - _FAR) : match.start()])
        if called and _GETTER.fullmatch(called[0]):
            yield _name(line, match, match["name"]), match["value"]


def _operands(line: str) -> Iterator[tuple[str, str]]:
    for match in _OPERAND.finditer(line) if any(map(line.__contains__, _OPERATORS)) else ():
        if first := _OPERATED.search(line[max(0, match.start() - _FAR) : match.start()]):
            yield _name(line, match, first["name"]), match["value"]


def _name(line: str, match: re.Match[str], own: str) -> str:
    """Return the name of a setting, or of what it is assigned to where that one alone speaks of a secret.

    Of a command (`lookup("pipe", "openssl rand")`) or in a bundle the other one says nothing.
    """
    if speaks_of_one(own) or " " in match["value"] or len(line) > _BUNDLE:
        return own
    before = [*_TARGET.finditer(line, max(0, match.start() - _FAR), match.start())]
    return before[-1]["name"] if before and speaks_of_one(before[-1]["name"]) else own


def _speaking(found: Iterable[re.Match[str]]) -> Iterator[tuple[str, str]]:
    return ((match["name"], match["value"]) for match in found if speaks_of_one(match["name"]))
