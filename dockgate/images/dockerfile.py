"""Dockerfiles, read as far as the rules need: instructions with lines and stages, continuations, here-documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_INSTRUCTION = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_DIRECTIVE = re.compile(r"^#\s*(\w+)\s*=\s*(.*?)\s*$")
_PAIR = re.compile(r"""([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']\S*)""")


class Instruction(Struct, frozen=True):
    """One instruction: keyword in capitals, arguments with continuations joined, first line, number of its stage."""

    keyword: str
    text: str
    line: int
    stage: int


def directives(text: str) -> dict[str, tuple[str, int]]:
    """Return the parser directives (`# syntax=…`) at the top, by name, with their lines."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(_lines(text), 1):
        match = _DIRECTIVE.match(line)
        if not match:
            break
        found.setdefault(match[1].lower(), (match[2], number))
    return found


def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions."""
    escape = directives(text).get("escape", ("\\",))[0]
    lines = iter(enumerate(_lines(text), 1))
    stage = -1
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        joined = _joined(line, lines, escape)
        match = _INSTRUCTION.match(joined)
        if not match:
            continue
        keyword, body = match[1].upper(), match[2].strip()
        stage += keyword == "FROM"
        if keyword in ("RUN", "COPY", "ADD"):
            body += "".join(_heredocs(body, lines))
        yield Instruction(keyword, body, number, stage)


def pairs(instruction: Instruction) -> Iterator[tuple[str, str]]:
    """Yield the names and values that an ARG, ENV or LABEL sets."""
    found = [(name, value.strip("\"'")) for name, value in _PAIR.findall(instruction.text)]
    if not found and instruction.keyword == "ENV":
        name, _, value = instruction.text.partition(" ")
        found = [(name, value.strip())]
    yield from found


def _lines(text: str) -> list[str]:
    """Return the lines; BuildKit skips a byte order mark in front of them."""
    return text.removeprefix("\ufeff").splitlines()


def _joined(line: str, lines: Iterator[tuple[int, str]], escape: str) -> str:
    parts = []
    while line.rstrip().endswith(escape):
        parts.append(line.rstrip()[: -len(escape)])
        line = _next_code(lines)
    return " ".join((*parts, line))


def _next_code(lines: Iterator[tuple[int, str]]) -> str:
    """Return the next line: BuildKit skips comments and empty lines between continued ones."""
    return next((line for _, line in lines if line.strip() and not line.lstrip().startswith("#")), "")


def _heredocs(body: str, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for end in _HEREDOC.findall(body):
        for _, line in lines:
            if line.strip() == end:
                break
            yield f"\n{line}"
