"""Compares what Compose resolved with what it was given: one meaning for a file, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

WHOLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::?\?[^}]*)?\}")
ANY = re.compile(r"(?<!\$)(?:\$\$)*\$\{?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:?[-+?])?")


# Where Compose keeps a text as it is written. Elsewhere it writes its own spelling of the same meaning: an absolute
# path for `./data`, bytes for `512m`, `1m30s` for `90s` (compose-go, `types` and `paths`).
VERBATIM = frozenset(
    "annotations args command container_name content domainname entrypoint environment hostname image labels "
    "user working_dir".split()
)


def check(
    resolved: Mapping[str, Any], written: Mapping[str, Any], env: Mapping[str, str], elsewhere: Collection[str] = ()
) -> None:
    """Raise ConfigError where a value is not what the environment says, or where a variable is set nowhere.

    `resolved` and `written` are Compose's documents with and without interpolation; `elsewhere` has the names that may
    be set by something else than `env`, or by nothing.
    """
    problems = sorted({*_unset(written, {*env, *elsewhere}), *_different(resolved, written, env)})
    if problems:
        raise ConfigError("Compose does not see the environment as it is: " + "; ".join(problems))


def _unset(written: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
    for path, value in leaves(written, ""):
        for match in ANY.finditer(value):
            if match["name"] not in known and not match["operator"]:
                yield f"{path} uses {match['name']}, which no layer sets"


def _different(resolved: Mapping[str, Any], written: Mapping[str, Any], env: Mapping[str, str]) -> Iterator[str]:
    values = dict(leaves(resolved, ""))
    for path, value in leaves(written, ""):
        match = WHOLE.fullmatch(value) if VERBATIM.intersection(path.replace("[", ".").split(".")) else None
        if match and match["name"] in env and path in values and _plain(values[path]) != env[match["name"]]:
            yield f"{path} is not the value of {match['name']}"


def _plain(value: str) -> str:
    return value.replace("$$", "$")


def leaves(node: object, path: str) -> Iterator[tuple[str, str]]:
    """Go through every text below `node`, with its path in the document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, f"{path}[{index}]")
    elif isinstance(node, str):
        yield path, node
