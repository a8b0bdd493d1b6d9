"""`${NAME}` and its operators: parsed once, expanded against any lookup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from dockgate.errors import ConfigError

Lookup = Callable[[str], "str | None"]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL = re.compile(r"\$\$|\$\{|\}")
MAX_NESTING = 32


class ReferenceProblemError(ConfigError):
    """A reference that cannot be resolved: malformed, undefined, required or circular."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}` or `${name<operator>word}`; the word may hold references itself."""

    name: str
    operator: str = ""
    word: tuple[str | Reference, ...] = ()


Template = tuple["str | Reference", ...]


def parse(text: str) -> Template:
    """Split `text` into literals and references; `$$` is `$`, a `$` before anything else is literal."""
    parts, end = _parse(text, 0, 0)
    if end != len(text):
        parts += (text[end:],)
    return parts


def _parse(text: str, start: int, depth: int) -> tuple[Template, int]:
    parts: list[str | Reference] = []
    position = start
    while match := _SPECIAL.search(text, position):
        if match.group() == "}" and not depth:
            parts.append(text[position : match.end()])
            position = match.end()
            continue
        parts.append(text[position : match.start()])
        if match.group() == "}":
            return _tidy(parts), match.start()
        if match.group() == "$$":
            parts.append("$")
            position = match.end()
        else:
            reference, position = _reference(text, match.end(), depth + 1)
            parts.append(reference)
    if depth:
        raise ReferenceProblemError("${ without its }", fix="close it, or put the value in single quotes")
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
    operator = re.compile(r"\}|:?[-?+]").match(text, name.end())
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
            found[part.name] = None
            found.update(dict.fromkeys(names(part.word)))
    return tuple(found)


def expand(template: Template, lookup: Lookup) -> str:
    """Return the value of `template`; ReferenceProblemError names an undefined or required variable."""
    return "".join(part if isinstance(part, str) else _value(part, lookup) for part in template)


def _value(reference: Reference, lookup: Lookup) -> str:
    value = lookup(reference.name)
    present = bool(value) if reference.operator.startswith(":") else value is not None
    kind = reference.operator[-1:]
    if kind == "+":
        return expand(reference.word, lookup) if present else ""
    if present and value is not None:
        return value
    if kind == "-":
        return expand(reference.word, lookup)
    if kind == "?":
        # The message is not expanded: it would show the value of whatever it refers to.
        message = "".join(part for part in reference.word if isinstance(part, str)) or "must be set"
        raise ReferenceProblemError(f"{reference.name} is required: {message}", fix=f"set {reference.name}")
    raise ReferenceProblemError(
        f"{reference.name} is not defined in any layer",
        fix=f"define {reference.name}, or write ${{{reference.name}:-}}",
    )
