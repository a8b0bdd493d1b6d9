"""The text of a store in parts: variables, comments, and the blank lines before each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import re
    from collections.abc import Container


class Block(Struct, frozen=True):
    """A variable or a comment as it is written, with the blank lines before it."""

    text: str
    name: str | None
    value: str | None
    line: int
    error: bool


def parse(text: str) -> tuple[Block, ...]:
    """Return the parts of a dotenv in their order; together they are the text again."""
    from io import StringIO  # noqa: PLC0415 - with the parser

    from dotenv.parser import parse_stream  # noqa: PLC0415 - not for inv --list

    found = []
    for binding in parse_stream(StringIO(text)):
        part = binding.original.string
        line = binding.original.line + part.count("\n", 0, len(part) - len(part.lstrip()))
        found.append(Block(part, binding.key, binding.value, line, binding.error))
    return tuple(found)


def problem(block: Block, valid: re.Pattern[str], found: Container[str]) -> str:
    """Return what keeps a part from being a secret of its own, empty where nothing does; `found` are those before."""
    if block.error or (block.name and block.value is None):
        return "is not a variable with a value"
    if block.name and not valid.fullmatch(block.name):
        return "is not a variable name"
    return f"{block.name} is defined twice" if block.name in found else ""
