"""`.dockerignore`: which files of a build context BuildKit is sent."""

from __future__ import annotations

import os.path
import re
import warnings
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from e2b_dockerfile_utils import PatternMatcher

NAME = ".dockerignore"
DOCKERFILE = "Dockerfile"
BOM = "\ufeff"
# BuildKit hands an escaped letter to Go's regular expressions: a class there, a control character, or a syntax error.
ESCAPES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[0-9A-Za-z_]",
    "W": "[^0-9A-Za-z_]",
    "s": "[\t\n\f\r ]",
    "S": "[^\t\n\f\r ]",
    "a": "\a",
    "f": "\f",
    "t": "\t",
    "n": "\n",
    "r": "\r",
    "v": "\v",
}
ESCAPED = re.compile(r"(\[(?:\\.|[^\]\\])*\]|\\\W)|\\(\w)")
LONGEST = 4096  # characters; PATH_MAX; the time that a pattern takes grows with the square of its length
LARGEST = 2**18  # bytes; chosen: a thousand times a usual one
FIX = "see docs.docker.com/build/concepts/context/#dockerignore-files for the syntax"


def files(context: Path, dockerfile: str = DOCKERFILE) -> tuple[Path, ...]:
    """Return the files that may say what is left out of a context: that of the Dockerfile goes before the general."""
    return context / f"{dockerfile}{NAME}", context / NAME


def read(context: Path, shown: str = "", dockerfile: str = DOCKERFILE) -> PatternMatcher:
    """Return what decides which paths of a context are left out: `matches(path)`, `may_match_under(folder)`.

    ConfigError for a pattern that BuildKit refuses. `shown` is the context as messages name it; `dockerfile` the path
    of the Dockerfile from there.
    """
    for file in files(context, dockerfile):
        if file.is_file():
            name = os.path.relpath(file, context)
            place = Location(f"{shown}/{name}" if shown else name)
            return parse(os.fsdecode(regular_file.read(file, LARGEST)), place)
    return parse("")


def parse(text: str, where: Location | None = None) -> PatternMatcher:
    """Read patterns; `where` is the file that they are of."""
    from e2b_dockerfile_utils import PatternMatcher  # noqa: PLC0415 - only where there is an image

    lines = text.removeprefix(BOM).split("\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of a class such as [[]: it means the same to Go and to Python
        try:
            return PatternMatcher([_pattern(line) for line in lines])
        except ValueError as error:
            number = next(number for number, line in enumerate(lines, 1) if not _valid(line))
            place = Location(where.path if where else NAME, number)
            raise ConfigError(f"BuildKit rejects this pattern: {error}", where=place, fix=FIX) from error


def by_folder(ignore: PatternMatcher) -> Callable[[str], bool]:
    """Return `ignore.matches` for the files of a tree: the library matches every parent anew for each of them."""
    patterns = ignore._patterns  # noqa: SLF001 - there is no other way to them
    folders: dict[str, tuple[list[bool], bool]] = {"": ([False] * len(patterns), False)}

    def look(path: str, above: list[bool]) -> tuple[list[bool], bool]:
        found, ignored = [], False
        for pattern, inherited in zip(patterns, above, strict=True):
            found.append(inherited or (pattern.exclusion == ignored and pattern.match(path)))
            ignored = not pattern.exclusion if found[-1] else ignored
        return found, ignored

    def folder(path: str) -> tuple[list[bool], bool]:
        if path not in folders:
            folders[path] = look(path, folder(path.rpartition("/")[0])[0])
        return folders[path]

    return lambda path: look(path, folder(path.rpartition("/")[0])[0])[1]


def _pattern(line: str) -> str:
    if len(line) > LONGEST:
        raise ValueError(f"longer than any path ({LONGEST} characters)")
    return line if line.startswith("#") else ESCAPED.sub(_unescaped, line)


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    if match[2] not in ESCAPES:
        raise ValueError(f"no escape for {match[2]!r}: folders are separated by /")
    return ESCAPES[match[2]]


def _valid(line: str) -> bool:
    from e2b_dockerfile_utils import PatternMatcher  # noqa: PLC0415 - as above

    try:
        PatternMatcher([_pattern(line)])
    except ValueError:
        return False
    return True
