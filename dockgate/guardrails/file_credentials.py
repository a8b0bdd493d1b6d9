"""The credentials of many files, on all processors where there is much to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import text_lines
from dockgate.detection.credential import Credential
from dockgate.system import workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockgate.guardrails.evidence import TextFile

Found = list[tuple[int, str, Credential]]


def each(files: Sequence[TextFile]) -> Iterator[tuple[TextFile, Found]]:
    """Yield the files with the lines, names and kinds of what is in them."""
    yield from zip(files, workers.spread(_of_file, files, [len(file.text) for file in files], Found), strict=True)


def _of_file(file: TextFile) -> Found:
    return list(text_lines.credentials(file.text, file.path))
