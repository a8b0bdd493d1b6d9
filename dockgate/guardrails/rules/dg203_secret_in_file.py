"""DG203: a fingerprinted secret in a Dockerfile or in a committed file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from dockgate import credential
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rule import Hit, Scope
from dockgate.guardrails.rules.dg201_secret_in_layer import FIX
from dockgate.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.guardrails.context import Context
    from dockgate.guardrails.crossing import Match
    from dockgate.guardrails.evidence import TextFile

CODE = "DG203"
TITLE = "A secret of an environment in a Dockerfile or a committed file"
SCOPE = Scope.FILES
WORDS = 6  # of a file of one line that holds one value, as files of secrets do
# What an instruction states: quoted, behind an option, or assigned; not what a `--mount` consists of.
_MOUNT = re.compile(r"--mount=\S+")
_STATED = re.compile(
    r"""'([^']{12,200})'|"([^"]{12,200})"|(?:^|\s)-{1,2}[A-Za-z][\w-]*[= ]([^\s'"]{12,200})|\w=([^\s'"]{12,200})"""
)
_WRAPPED = re.compile(r"-----BEGIN |[A-Za-z0-9+/]{40,}\s*\n\s*[A-Za-z0-9+/=]")


class Find(Protocol):
    """What looks for secrets in a text, as `Matcher.matches` does."""

    def __call__(self, text: str, *, slow: bool) -> Iterable[Match]:
        """Return the secrets in it."""


def check(context: Context) -> Iterator[Hit]:
    """Compare every line with the fingerprints; no environment's secret belongs in an image or in the repository."""
    for file in context.of_kind(Kind.DOCKERFILE, Kind.COMMITTED):
        yield from hits(file, context.matcher.matches)


def hits(file: TextFile, find: Find) -> Iterator[Hit]:
    """Go through the secrets that `find` sees in a file: in its lines, else in values that take several lines."""
    short = "\n" not in file.text.strip() and len(file.text.split()) <= WORDS
    for start, lines in _paragraphs(file.text):
        found = [
            (number, match)
            for number, line in enumerate(lines, start)
            for match in _in_line(line, (line,) if short else _values(file, line), find)
        ]
        if not found and _WRAPPED.search("\n".join(lines)):
            found = [(start, match) for match in find("\n".join(lines), slow=False)]
        yield from (_hit(file, number, match) for number, match in found)


def _values(file: TextFile, line: str) -> Iterable[str]:
    """Return what of a line may be a secret that somebody chose: what it assigns as a credential.

    In a Dockerfile whatever it states, too, under any name or none: the image would keep it.
    """
    yield from credential.values(line)
    if file.kind is Kind.DOCKERFILE:
        for match in _STATED.finditer(_MOUNT.sub("", line)):
            text = next(filter(None, match.groups()))
            if not text.startswith("$"):
                yield text


def _in_line(line: str, values: Iterable[str], find: Find) -> Iterable[Match]:
    """Compare a whole line quickly, and these values slowly."""
    return dict.fromkeys((*find(line, slow=False), *(match for each in values for match in find(each, slow=True))))


def _hit(file: TextFile, number: int, match: Match) -> Hit:
    return Hit(
        f"this {file.kind} holds {match.name} of {match.environment}",
        FIX.format(name=match.name, environment=match.environment),
        Origin(file.path, number),
        service=file.service,
        name=match.name,
    )


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Go through the stretches of lines without an empty one, with the number of the first."""
    lines: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            lines.append(line)
        elif lines:
            yield number - len(lines), lines
            lines = []
