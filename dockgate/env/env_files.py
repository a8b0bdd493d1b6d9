"""Reading env files: python-dotenv's parser, with the place of every key."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream
from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.redacted import Redacted
from dockgate.system import regular_file, sample_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.core.secret import Secret

# Names of the layers that are not called after their file.
SCHEMA, LOCAL, SECRETS, PROCESS, PROVIDERS = "schema", "local", "secrets", "process", "providers"
REMEMBERED = 16  # files; more than the layers of the environments of a project
_LONE_CR = re.compile(r"\r(?!\n)")
# What all skip; Python also takes \x1c to \x1f for white space, and python-dotenv `export #` for a comment.
_COMMON_SPACE = re.compile(r"[^\S\x1c-\x1f]*")
_SKIPPED_BY_ALL = re.compile(r"[^\S\x1c-\x1f]*(?:#[^\n]*\n?)?")
_LINE_END = re.compile(r"\r?\n")
_UNTIL_KEY = re.compile(r"\s*(?:export[^\S\r\n]+)?")
_QUOTED_VALUE = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=\#\s]+)[^\S\r\n]*=[^\S\r\n]*(['\"])")


class Assignment(Redacted, frozen=True):
    """One statement of a layer: `value` is None for a bare name, `raw` the statement as written.

    `interpolate` is false where `${…}` is literal: in single quotes and in the process environment.
    """

    unshown = frozenset({"value", "raw"})

    name: str
    value: str | Secret | None
    origin: Location
    layer: str
    raw: str = ""
    interpolate: bool = True


class Layer(Struct, frozen=True):
    """One layer, in the order of its file; `unparsed` are the statements that python-dotenv gave up on.

    `sealed` marks a secrets layer that exists but cannot be opened here: its names are unknown, not missing.
    """

    name: str
    path: str
    assignments: tuple[Assignment, ...] = ()
    unparsed: tuple[Assignment, ...] = ()
    sealed: bool = False


def read(root: Path, path: str, layer: str) -> Layer:
    """Read the env file `path` of the project at `root`; ConfigError on what cannot be read as text."""
    return _parsed(_text(root, path), path, layer)


@lru_cache(REMEMBERED)  # each environment is looked at beside the others, and all stand on the same base
def _parsed(text: str, path: str, layer: str) -> Layer:
    return parse(text, path, layer)


def parse(text: str, path: str, layer: str) -> Layer:
    """Parse the text of an env file that `path` names in messages; ConfigError on NUL and lone carriage returns."""
    _refuse_odd_characters(text, path)
    statements = tuple(_statements(text, path, layer))
    return Layer(
        layer,
        path,
        tuple(statement for statement in statements if statement.name),
        tuple(statement for statement in statements if not statement.name),
    )


def _statements(text: str, path: str, layer: str) -> Iterator[Assignment]:
    # Python reads text files with CRLF as LF, and so does python-dotenv; Compose does not, and `raw` is for it.
    line_ends = iter(_LINE_END.findall(text)) if "\r" in text else None
    for binding in parse_stream(io.StringIO(text.replace("\r\n", "\n"))):
        written = binding.original.string
        if line_ends:
            written = _LINE_END.sub(lambda _end: next(line_ends), written)
        if binding.key is None and not binding.error and _SKIPPED_BY_ALL.fullmatch(written):
            continue
        # Binding.original starts at the blank lines before the statement, not at the key.
        lead = (_UNTIL_KEY if binding.key else _COMMON_SPACE).match(written)
        before = lead.group() if lead else ""
        line = binding.original.line + before.count("\n")
        column = len(before) - (before.rfind("\n") + 1) + 1
        quoted = _QUOTED_VALUE.match(written)
        yield Assignment(
            name=binding.key or "",
            value=binding.value,
            origin=Location(path, line, column),
            layer=layer,
            raw=written,
            interpolate=not (quoted and quoted.group(1) == "'"),
        )


def _refuse_odd_characters(text: str, path: str) -> None:
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ConfigError(
            "contains a NUL byte: not a text file", where=Location(path, line), fix="write the file as UTF-8 text"
        )
    if lone := _LONE_CR.search(text):
        line = text[: lone.start()].count("\n") + 1
        raise ConfigError(
            "contains a carriage return without a line feed: Compose would read one long line",
            where=Location(path, line),
            fix="end lines with LF (or CRLF)",
        )


def _text(root: Path, path: str) -> str:
    file = root / path
    where = Location(path)
    try:
        if not file.resolve(strict=True).is_relative_to(root.resolve()):
            raise ConfigError(
                "is a link to a file outside the project", where=where, fix="replace the link by the file"
            )
        if not file.is_file():
            raise ConfigError("is not a regular file", where=where, fix="replace it by an env file")
        return regular_file.read(file).decode()
    except FileNotFoundError as error:
        raise ConfigError(
            "env file does not exist",
            where=where,
            fix=f"{sample_file.creating(file, root)}, or correct `layers` in the configuration",
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            where=Location(path, line),
            fix="save the file as UTF-8",
        ) from error
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"cannot be read: {reason}", where=where, fix="check the path and its permissions") from error
