"""Text for a person at a terminal: wrapped between words, severities in colour; pipes and files get it as it is.

text(text, stream) -> str      what to print to a stream
width(stream) -> int           columns to fit a table into; 0 where any length fits
"""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import TYPE_CHECKING

from dockgate.core import project

if TYPE_CHECKING:
    from typing import TextIO

RED, YELLOW, END = "\x1b[1;31m", "\x1b[33m", "\x1b[0m"
# The first word of a failed task, and the severity of a finding, which stands before its rule.
_SEVERE = re.compile(r"^(error)(?=:)|(?<=: )(error|warning)(?= DG\d{3}\b)", re.MULTILINE)
NARROWEST = 40  # below that, wrapping makes more lines than it helps


def text(text: str, stream: TextIO, *, wrap: bool = True) -> str:
    """Return the text as this stream shows it best."""
    columns = width(stream) if wrap else 0
    wrapped = "\n".join(_wrapped(line, columns) for line in text.split("\n")) if columns else text
    return _SEVERE.sub(_paint, wrapped) if _colourful(stream) else wrapped


def width(stream: TextIO) -> int:
    """Return how many columns a terminal has, 0 for anything else."""
    return max(NARROWEST, shutil.get_terminal_size().columns) if stream.isatty() else 0


def _wrapped(line: str, columns: int) -> str:
    """Break between words; what follows is indented below the line's own indent, and a long word stays whole."""
    if len(line) <= columns:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line,
        columns,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _colourful(stream: TextIO) -> bool:
    """Follow no-color.org, and FORCE_COLOR as the start-up's board does."""
    process = project.process_environment()
    if process.get("NO_COLOR"):
        return False
    return bool(process.get("FORCE_COLOR")) or (stream.isatty() and process.get("TERM") != "dumb")


def _paint(match: re.Match[str]) -> str:
    return f"{YELLOW if match[0] == 'warning' else RED}{match[0]}{END}"
