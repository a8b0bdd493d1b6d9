"""Variables in Compose files: each is set, and Compose resolved each to the value that it was given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.core.compose_escape import unescape
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import yaml

WHOLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::?\?[^}]*)?\}")
ANY = re.compile(r"(?<!\$)(?:\$\$)*\$\{?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:?[-+?])?")


# Where Compose keeps a text as it is written. Elsewhere it writes its own spelling of the same meaning: an absolute
# path for `./data`, bytes for `512m`, `1m30s` for `90s` (compose-go, `types` and `paths`).
VERBATIM = frozenset(
    "annotations args command container_name content domainname entrypoint environment hostname image labels "
    "user working_dir".split()
)
HAS_A_DEFAULT = ("-", ":-", "+", ":+")
FIX = "set it in an env layer, or allow it to be empty with ${%s:-}; image variables come from [tool.dockgate.images]"


def check(texts: Mapping[str, str], known: Collection[str], *, strict: bool = True) -> tuple[str, ...]:
    """Raise ConfigError where a file uses a variable that is not known, and says nothing to use instead.

    Unless `strict`, only where the file itself asks for a value (`${NAME:?}`); the names of the others are returned:
    Compose takes them for empty.
    """
    found: dict[str, tuple[Location, str]] = {}
    empty: list[str] = []
    for file, text in texts.items():
        for name, origin, operator, said in _uses(file, text):
            if name in known:
                continue
            if strict or operator:
                found.setdefault(name, (origin, said))
            else:
                empty.append(name)
    if not found:
        return tuple(dict.fromkeys(empty))
    (name, (origin, said)), *others = found.items()
    more = f" So are {', '.join(f'{other} ({place})' for other, (place, _) in others)}." if others else ""
    quoted = f'; the file says "{said}"' if said else ""
    raise ConfigError(f"{name} is not set{quoted}.{near(name, known)}{more}", where=origin, fix=FIX % name)


def _uses(file: str, text: str) -> Iterator[tuple[str, Location, str, str]]:
    """Go through the uses that need a value: name, place, operator, and the file's message for a missing value."""
    import yaml  # noqa: PLC0415 - only where Compose is asked anew

    try:
        tree = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return  # Compose says what is wrong with it
    for node in _scalars(tree, set()):
        for match in ANY.finditer(node.value):
            if match["operator"] not in HAS_A_DEFAULT:
                said = node.value[match.end() :].partition("}")[0] if match["operator"] else ""
                place = Location(file, node.start_mark.line + 1, node.start_mark.column + 1)
                yield match["name"], place, match["operator"] or "", said


def _scalars(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Go through the values; what an alias repeats stands where its anchor is."""
    import yaml  # noqa: PLC0415 - as above

    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for each in node.value:
        yield from _scalars(each[1] if isinstance(each, tuple) else each, seen)


def compare(
    resolved: Mapping[str, Any], written: Mapping[str, Any], env: Mapping[str, str], elsewhere: Collection[str] = ()
) -> None:
    """Raise ConfigError where a value is not what the environment says, or where a variable is not set.

    `resolved` and `written` are Compose's documents with and without interpolation; `elsewhere` has the names that may
    be set by something else than `env`, or by nothing.
    """
    problems = sorted({*_unset(written, {*env, *elsewhere}), *_different(resolved, written, env)})
    if problems:
        raise ConfigError("Compose resolved other values than Dockgate: " + "; ".join(problems))


def _unset(written: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
    for path, value in leaves(written, ""):
        for match in ANY.finditer(value):
            if match["name"] not in known and not match["operator"]:
                yield f"{path} uses {match['name']}, which no layer sets"


def _different(resolved: Mapping[str, Any], written: Mapping[str, Any], env: Mapping[str, str]) -> Iterator[str]:
    values = dict(leaves(resolved, ""))
    for path, value in leaves(written, ""):
        match = WHOLE.fullmatch(value) if VERBATIM.intersection(path.replace("[", ".").split(".")) else None
        if match and match["name"] in env and path in values and unescape(values[path]) != env[match["name"]]:
            yield f"{path} is not the value of {match['name']}"


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
