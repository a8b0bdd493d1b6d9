"""Version numbers (semver.org) and where the project keeps its own."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

if TYPE_CHECKING:
    from semver import Version

LINE = re.compile(r'^version\s*=\s*(["\'])(.*?)\1', re.MULTILINE)
FIX = 'below [project], on a line of its own: version = "0.1.0"'
BUMPS = ("patch", "minor", "major")


def bump(version: Version, part: str) -> Version:
    """Return the next version; a pre-release is followed by its own release."""
    if part not in BUMPS:
        raise ConfigError(f"--bump={part} is none of {', '.join(BUMPS)}")
    return version.next_version(part)


def parse(text: str) -> Version:
    """Return the version that `text` is; ConfigError for anything else. An image's tag cannot hold build metadata."""
    found = _read(text)
    if found is None:
        raise ConfigError(f"{text!r} is not a version", fix="MAJOR.MINOR.PATCH, such as 1.4.0 or 2.0.0-rc.1")
    return found


def valid(text: str) -> bool:
    """Return whether a text is a version."""
    return _read(text) is not None


def _read(text: str) -> Version | None:
    from semver import Version  # noqa: PLC0415 - it brings its own command line along; most commands have no version

    try:
        found = Version.parse(text)
    except ValueError:
        return None
    return None if found.build else found


def current(text: str, file: str) -> Version:
    """Return `[project] version` of a pyproject.toml."""
    version = tomllib.loads(text).get("project", {}).get("version")
    if not isinstance(version, str):
        raise ConfigError("[project] has no version", where=Location(file), fix=FIX)
    return parse(version)


def written(text: str, file: str, version: Version) -> str:
    """Return the pyproject.toml with `[project] version` set and nothing else touched."""
    start = text.find("[project]")
    match = LINE.search(text, start)
    if start < 0 or match is None:
        raise ConfigError("[project] has no version line", where=Location(file), fix=FIX)
    changed = f"{text[: match.start(2)]}{version}{text[match.end(2) :]}"
    if current(changed, file) != version:
        why = "[project] version is written in a way that is not understood"
        raise ConfigError(why, where=Location(file), fix=FIX)
    return changed


def tag(version: Version) -> str:
    """Return the tag of a version."""
    return f"v{version}"
