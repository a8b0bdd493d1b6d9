"""`${NAME}` and its operators: parsed once, expanded against any lookup."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from dockgate.core.errors import ConfigError

Lookup = Callable[[str], "str | None"]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL = re.compile(r"\$\$|\$\{|[{}]")
_OPERATOR = re.compile(r"\}|:?[-?+]")
MAX_NESTING = 32  # chosen: far above what a person writes


class ReferenceProblemError(ConfigError):
    """A reference that cannot be resolved: malformed, undefined, required or circular.

    `name` is the variable that it refers to, empty where that is not clear; what is said may quote the value.
    """

    def __init__(self, what: str, *, name: str = "", fix: str = "") -> None:
        """Keep the name apart, for who must not quote."""
        super().__init__(what, fix=fix)
        self.name = name


class Reference(Struct, frozen=True):
    """`${name}` or `${name<operator>word}`; the word may hold references itself."""

    name: str
    operator: str = ""
    word: tuple[str | Reference, ...] = ()


Template = tuple["str | Reference", ...]


def parse(text: str) -> Template:
    """Split `text` into literals and references; `$$` is `$`, a `$` before anything else is literal."""
    return _parse(text, 0, 0)[0]


def _parse(text: str, start: int, depth: int) -> tuple[Template, int]:
    """Parse up to the end, or in a word (depth > 0) up to the brace that closes it; braces in a word nest."""
    parts: list[str | Reference] = []
    position, braces = start, 0
    while match := _SPECIAL.search(text, position):
        parts.append(text[position : match.start()])
        position = match.end()
        symbol = match.group()
        if symbol == "}" and depth and not braces:
            return _tidy(parts), match.start()
        if symbol == "${":
            reference, position = _reference(text, match.end(), depth + 1)
            parts.append(reference)
            continue
        braces += {"{": 1, "}": -1}.get(symbol, 0)
        parts.append("$" if symbol == "$$" else symbol)
    if depth:
        raise ReferenceProblemError("${ without a closing }", fix="close it, or put the value in single quotes")
    parts.append(text[position:])
    return _tidy(parts), len(text)


def _tidy(parts: list[str | Reference]) -> Template:
    return tuple(part for part in parts if part != "")


def _reference(text: str, start: int, depth: int) -> tuple[Reference, int]:
    if depth > MAX_NESTING:
        raise ReferenceProblemError(f"references nested deeper than {MAX_NESTING}", fix="give the inner ones names")
    name = NAME.match(text, start)
    if not name:
        raise ReferenceProblemError("${ without a name", fix="write ${NAME}, or put the value in single quotes")
    operator = _OPERATOR.match(text, name.end())
    if not operator:
        raise ReferenceProblemError(
            f"${{{name.group()}… has an operator that does not exist",
            fix="write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}",
        )
    if operator.group() == "}":
        return Reference(name.group()), operator.end()
    word, end = _parse(text, operator.end(), depth)
    return Reference(name.group(), operator.group(), word), end + 1


def names(template: Template) -> tuple[str, ...]:
    """Return every name that `template` mentions, nested ones included, each once, in order."""
    found: dict[str, None] = {}
    for part in template:
        if isinstance(part, Reference):
            found.update(dict.fromkeys((part.name, *names(part.word))))
    return tuple(found)


def expand(template: Template, lookup: Lookup, *, undefined: str | None = None) -> str:
    """Return the value of `template`; ReferenceProblemError names a required variable, or an undefined one.

    `undefined`, where given, stands for undefined ones, as other programs have it.
    """
    return "".join(part if isinstance(part, str) else _value(part, lookup, undefined) for part in template)


def _value(reference: Reference, lookup: Lookup, undefined: str | None) -> str:
    value = lookup(reference.name)
    present = bool(value) if reference.operator.startswith(":") else value is not None
    kind = reference.operator[-1:]
    if kind == "+":
        return expand(reference.word, lookup, undefined=undefined) if present else ""
    if present and value is not None:
        return value
    if kind == "-":
        return expand(reference.word, lookup, undefined=undefined)
    if kind == "?":
        # The message is not expanded: it would show the value of whatever it refers to.
        message = "".join(part for part in reference.word if isinstance(part, str)) or "must be set"
        raise ReferenceProblemError(
            f"{reference.name} is required: {message}", name=reference.name, fix=f"set {reference.name}"
        )
    if undefined is not None:
        return undefined
    raise ReferenceProblemError(
        f"{reference.name} is not defined in any layer",
        name=reference.name,
        fix=f"define {reference.name}, or write ${{{reference.name}:-}}",
    )
