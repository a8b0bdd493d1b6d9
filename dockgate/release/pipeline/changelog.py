"""The changelog (keepachangelog.com): what is not released yet, and the section that a release makes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

if TYPE_CHECKING:
    from datetime import date

HEADING = re.compile(r"^## \[?([^\]\s]+)\]?.*$", re.MULTILINE)
UNRELEASED = "Unreleased"


def unreleased(text: str, file: str) -> str:
    """Return the Unreleased section without its heading; ConfigError where there is none."""
    start, end = _section(text, file)
    return text[start:end].strip()


def entries(section: str) -> tuple[str, ...]:
    """Return the entries of a section, one line each."""
    return tuple(line.strip()[2:] for line in section.splitlines() if line.strip().startswith(("- ", "* ")))


def cut(text: str, file: str, version: str, day: date) -> str:
    """Return the changelog with the Unreleased section moved under `version`, and an empty one above it."""
    start, end = _section(text, file)
    body = text[start:end].strip()
    rest = text[end:]
    return f"{text[:start]}\n\n## [{version}] - {day.isoformat()}\n\n{body}\n{chr(10) if rest else ''}{rest}"


def notes(text: str, version: str) -> str:
    """Return what the changelog says about one version; empty where it says nothing."""
    headings = [*HEADING.finditer(text)]
    for number, heading in enumerate(headings):
        if heading[1] == version:
            end = headings[number + 1].start() if number + 1 < len(headings) else len(text)
            return text[heading.end() : end].strip()
    return ""


def _section(text: str, file: str) -> tuple[int, int]:
    headings = [*HEADING.finditer(text)]
    for number, heading in enumerate(headings):
        if heading[1].lower() == UNRELEASED.lower():
            return heading.end(), headings[number + 1].start() if number + 1 < len(headings) else len(text)
    raise ConfigError(f"has no {UNRELEASED} section", where=Location(file), fix=f"add a line: ## [{UNRELEASED}]")
