"""Version numbers (semver.org) and where the project keeps its own."""

from __future__ import annotations

import re
import tomllib

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location

PATTERN = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*))?")
LINE = re.compile(r'^version\s*=\s*(["\'])(.*?)\1', re.MULTILINE)
BUMPS = ("patch", "minor", "major")


class Version(Struct, frozen=True):
    """MAJOR.MINOR.PATCH, with a pre-release part where there is one."""

    major: int
    minor: int
    patch: int
    pre: str = ""

    def __str__(self) -> str:
        """Return the version as it is written."""
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre}" if self.pre else "")

    def __lt__(self, other: Version) -> bool:
        """Order by precedence: a pre-release comes before its release, numbers before words."""
        return self._key() < other._key()

    def _key(self) -> tuple[object, ...]:
        parts = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in self.pre.split("."))
        return (self.major, self.minor, self.patch, not self.pre, parts)

    def bump(self, part: str) -> Version:
        """Return the next version; a pre-release is followed by its own release."""
        if part not in BUMPS:
            raise ConfigError(f"--bump={part} is none of {', '.join(BUMPS)}")
        if part == "major":
            return Version(self.major + 1, 0, 0)
        if part == "minor":
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + (0 if self.pre else 1))


def parse(text: str) -> Version:
    """Return the version that `text` is; ConfigError for anything else."""
    match = PATTERN.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text!r} is not a version", fix="MAJOR.MINOR.PATCH, such as 1.4.0 or 2.0.0-rc.1")
    return Version(int(match[1]), int(match[2]), int(match[3]), match[4] or "")


def current(text: str, file: str) -> Version:
    """Return `[project] version` of a pyproject.toml."""
    version = tomllib.loads(text).get("project", {}).get("version")
    if not isinstance(version, str):
        raise ConfigError("[project] has no version", where=Location(file), fix='version = "0.1.0"')
    return parse(version)


def written(text: str, file: str, version: Version) -> str:
    """Return the pyproject.toml with `[project] version` set and nothing else touched."""
    start = text.find("[project]")
    match = LINE.search(text, max(start, 0))
    if start < 0 or match is None:
        raise ConfigError("[project] has no version line", where=Location(file))
    changed = f"{text[: match.start(2)]}{version}{text[match.end(2) :]}"
    if current(changed, file) != version:
        raise ConfigError("[project] version is written in a way that is not understood", where=Location(file))
    return changed


def tag(version: Version) -> str:
    """Return the tag of a version."""
    return f"v{version}"
