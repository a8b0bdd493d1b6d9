"""DG203: a fingerprinted secret in a Dockerfile or in a committed file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails.context import Kind
from dockgate.guardrails.rule import Hit, Scope
from dockgate.guardrails.rules.dg201_secret_in_layer import FIX
from dockgate.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context, TextFile
    from dockgate.guardrails.crossing import Match

CODE = "DG203"
TITLE = "A secret of an environment in a Dockerfile or a committed file"
SCOPE = Scope.FILES


def check(context: Context) -> Iterator[Hit]:
    """Compare every line with the fingerprints; no environment's secret belongs in an image or in the repository."""
    for file in context.of_kind(Kind.DOCKERFILE, Kind.COMMITTED):
        for number, text in pieces(file.text):
            for match in context.matcher.matches(text):
                yield hit(file, number, match)


def hit(file: TextFile, number: int, match: Match) -> Hit:
    """Return the hit for a secret in line `number` of a file."""
    return Hit(
        f"this {file.kind} holds {match.name} of {match.environment}",
        FIX.format(name=match.name, environment=match.environment),
        Origin(file.path, number),
        service=file.service,
        name=match.name,
    )


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Go through the lines, and through the paragraphs that may be one value on several lines (PEM, wrapped base64)."""
    lines = text.splitlines()
    yield from ((number, line) for number, line in enumerate(lines, 1) if not line.isspace())
    start = 0
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            continue
        if number - start > 1:
            yield start + 1, "\n".join(lines[start:number])
        start = number + 1
