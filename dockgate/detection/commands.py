"""The passwords in commands: options, words behind a telling word, pipes and here-strings; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.detection import placeholders
from dockgate.detection.assignments import LITERAL, VALUE, Form, is_stated
from dockgate.detection.secret_names import is_vague, speaks_of_one

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = r"[A-Za-z_][\w.-]{1,80}"
PASSWORD = "password"  # noqa: S105 - the name under which a value without one is judged
# Of a list of arguments an option and its value are two entries: `"-a", "X"`.
_NEXT = r"""(?:["'],\s*|[ =])?"""
# `--token X`, and `"--token", "X"` as lists of arguments have it; what has a `=` is an assignment.
_OPTION = re.compile(rf"""(?<![\w-])--(?P<name>{NAME})(?:["']?,\s*|\s+)(?!-)(?P<value>{VALUE})""")
# Where an option of one letter is the password: its program says so.
_LETTER = re.compile(
    r"(?<![\w-])(?:my(?:sql|loader|dumper)\w*|maria(?:db|backup)[\w-]*|mongo\w*|sshpass|7z[ar]?|(?:docker|podman|buildah|crane|"
    r"skopeo|helm|oras|regctl|registry|az|nerdctl)(?:\s+\w+){0,6}?\s+login)(?![\w.])(?P<rest>[^|;&\n]*)"
)
_P = re.compile(rf"""(?<![\w-])-p{_NEXT}(?P<value>(?!<<){VALUE})""")
_USER = re.compile(
    r"""(?<![\w-])(?:-u|--user|--proxy-user|--creds|-U)(?:["'],\s*|[ =]|(?=["']))?\s*"""
    r"""(?:(?P<quote>["'])(?P<name>[^"':\s%]*)(?:(?P=quote):(?P=quote)|:)(?P<quoted>.*?)(?P=quote)|"""
    r"""[\w.@+-]+:["']?(?P<value>[^\s"']+))"""
)
_HERE = r"""(?:--password-stdin|--stdin|\s-S\b|chpasswd|passwd)"""
_ECHOED = r"""(?:echo|printf)\s+(?:-\w+\s+|["']%s(?:\\n)?["']\s+)*"""
# By a sign that most lines lack.
_FORMS = tuple(
    (sign, re.compile(form, re.IGNORECASE if sign == "identified" else 0))
    for sign, form in (
        ("-cli", rf"""(?<![\w-])(?:redis|valkey)-cli(?![\w.])[^|;&\n]{{0,300}}?[\s"']-a{_NEXT}(?P<value>{VALUE})"""),
        ("ldap", rf"""(?<![\w-])ldap\w+(?![\w.])[^|;&\n]{{0,300}}?[\s"']-w{_NEXT}(?P<value>{VALUE})"""),
        ("|", rf"""(?<![\w-]){_ECHOED}(?P<value>{VALUE})\s*\|[^|]{{0,300}}?{_HERE}"""),
        ("<<<", rf"""{_HERE}[^|;&\n]{{0,300}}?<<<\s*(?P<value>{VALUE})"""),
        ("smbclient", rf"""\s-U{_NEXT}["']?[\w.\\/-]+%(?P<value>[^\s"']+)"""),
        ("openssl", rf"""\s-k\s+(?P<value>{VALUE})"""),
        ("zip", rf"""(?<![\w-])(?:un)?zip\s[^|;&\n]{{0,300}}?-P\s*(?P<value>{VALUE})"""),
        (
            "htpasswd",
            rf"""htpasswd\s+(?:-\w++\s+){{0,6}}?-(?=\w*b)\w++\s+(?:-\w++\s+){{0,6}}(?:(?!-)\S+\s+){{1,2}}(?P<value>{VALUE})""",
        ),
        ("rabbitmqctl", rf"""rabbitmqctl\s(?:\S+\s+){{0,6}}?(?:add_user|change_password)\s+\S+\s+(?P<value>{VALUE})"""),
        ("alias", rf"""\bmc\s+alias\s+set\s+\S+\s+\S+\s+\S+\s+(?P<value>{VALUE})"""),
        (" >", r"""^\s*user\s+\S+\s[^#]*?\s>(?P<value>\S+)"""),
        ("}", r"""\{(?:PLAIN|CLEAR(?:TEXT)?)\}(?P<value>[^\s"':]+)"""),
        ("identified", rf"""\bidentified\s+(?:with\s+\S+\s+)?by\s+(?:password\s+)?(?P<value>(?!`){LITERAL})"""),
    )
)
# A name and its value with nothing but a blank between them: directives, `ENV K V`, `setenv K V`, SQL.
_SPACED = re.compile(
    r"""(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|auth|master_?key|psk|rootpw)["']?"""
    r"""(?:[ \t]+(?:(?:is|to|as|was)[ \t]+)?|[ \t]*\([ \t]*)"""
    rf"""(?P<value>{LITERAL}|[^\s"'`=:,;(){{}}<>|]{{8,}}(?=[\s;]|$))""",
)
_BEFORE = re.compile(r"[\w.-]*$")
# A function that is given what a secret is called: `.getSecret("ep_33ZI…")`.
_CALL = re.compile(r"\.|(?:get|rotate|create|delete|list|read|find|fetch|remove|revoke)[_A-Z-]")
_LONGEST_NAME = 60  # characters; chosen: longer than names of variables are
_WORDS = 3.6  # letters in a row, on average, as credential.WORD_LENGTH
_OWNED = re.compile(r"""["']?[\w.-]{1,40}:(?P<value>[^\s:'"]+)["']?""")


def passwords(line: str, written: Form) -> Iterator[tuple[str, str]]:
    """Yield names and values of what a command or a directive is given."""
    low = line.lower()
    if "-" in line:
        yield from _options(line)
    for sign, form in _FORMS:
        for match in form.finditer(line) if sign in low else ():
            owned = _OWNED.fullmatch(match["value"])
            yield PASSWORD, owned["value"] if owned else match["value"]
    # In small letters: a search that takes both is several times as slow.
    yield from _spaced(line, low if len(low) == len(line) else line, written)


def _without_bracket(value: str) -> str:
    """Return what an option is given, without the bracket that ends it in a line of usage: `[--password PASSWORD]`."""
    return value if "[" in value else value.removesuffix("]")


def _options(line: str) -> Iterator[tuple[str, str]]:
    if "--" in line:
        found = ((match["name"], _without_bracket(match["value"])) for match in _OPTION.finditer(line))
        yield from (each for each in found if speaks_of_one(each[0]))
    for program in _LETTER.finditer(line) if "-p" in line else ():
        yield from ((PASSWORD, match["value"]) for match in _P.finditer(program["rest"]))
    for match in _USER.finditer(line) if ":" in line else ():
        yield PASSWORD, match["value"] or match["quoted"] or match["name"] or ""


def _spaced(line: str, low: str, written: Form) -> Iterator[tuple[str, str]]:
    """Yield what follows a name that is clear, where it looks drawn; of a program, what is quoted in SQL or Groovy."""
    bare = line.strip()
    for match in _SPACED.finditer(low):
        start, (at, end) = match.start(), match.span("value")
        value, text = line[at:end], line[at:end].strip("\"'`")
        if not is_stated(text) or placeholders.reads_as_words(text, _WORDS):
            continue
        before = _BEFORE.findall(line[max(0, start - _LONGEST_NAME) : start])[0]
        name = before.lstrip("-") + re.split(r"[\s\"'(]", line[start:at], maxsplit=1)[0]
        alone = bare == f"{name} {value}"  # a setting of a build in Groovy
        if written is Form.PROGRAM and (text == value or not (alone or name.isupper())):
            continue
        if speaks_of_one(name) and not is_vague(name) and not _CALL.match(name):
            yield name, value
