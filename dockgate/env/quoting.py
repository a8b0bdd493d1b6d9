"""Spelling a value so that python-dotenv, Dockgate and Compose all read it as meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.compose_escape import escape
from dockgate.core.errors import ConfigError
from dockgate.env import dialect, env_files
from dockgate.env.dialect import Agreement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REFERENCE = re.compile(r"\$\{")
_DEFAULT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)-")
_REQUIRED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?\?[^{}]*\}")
_BARE = re.compile(r"[\w./:@%+,=-]+", re.ASCII)


class Spelling(Struct, frozen=True):
    """The right side of `NAME=`, and how alike it is read."""

    text: str
    verdict: Agreement


def quote(value: str) -> str:
    """Return a spelling of `value` for the right side of `NAME=`; ConfigError for what no env file can hold (NUL).

    Where none exists that python-dotenv's own interpolation leaves alone, one that Dockgate and Compose read alike.
    """
    if _BARE.fullmatch(value):
        return value
    spelling = respell(value, value, {})
    if spelling is None:
        raise ConfigError("an env file cannot hold this value", fix="remove NUL and unpaired surrogate characters")
    return spelling.text


def respell(written: str, wanted: str, values: Mapping[str, str]) -> Spelling | None:
    """Return the best spelling that Dockgate and Compose read as `wanted`, where references find `values`.

    Tried are the value as `written`, with the operators of its references simplified, and `wanted` itself.
    """
    second_best: Spelling | None = None
    for text in dict.fromkeys((written, _simplified(written), *(() if _REFERENCE.search(written) else (wanted,)))):
        for candidate in _candidates(text):
            verdict = _read_as(candidate, wanted, values)
            if verdict is Agreement.ALIKE:
                return Spelling(candidate, verdict)
            if verdict and second_best is None:
                second_best = Spelling(candidate, verdict)
    return second_best


def _simplified(written: str) -> str:
    """Write `${A-b}` as `${A:-b}` and `${A:?b}` as `${A}`: what python-dotenv knows."""
    return _REQUIRED.sub(r"${\1}", _DEFAULT.sub(r"${\1:-", written))


def _candidates(text: str) -> Iterator[str]:
    yield "'" + text.replace("'", "\\'") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
    yield f'"{escaped}"'
    yield text
    yield '"' + escape(escaped) + '"'


def _read_as(candidate: str, wanted: str, values: Mapping[str, str]) -> Agreement | None:
    try:
        layer = env_files.parse(f"A={candidate}\n", "", "")
    except ConfigError:
        return None
    if len(layer.assignments) != 1 or layer.unparsed:
        return None
    statement = layer.assignments[0]
    if dialect.meaning(statement, values) != wanted:
        return None
    verdict = dialect.compare(statement, values)
    return None if verdict is Agreement.DIFFERENT else verdict
