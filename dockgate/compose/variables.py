"""Variables in Compose files that nothing sets, told where they stand: Compose names no place, or goes on without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose.read_back import ANY
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import yaml

HAS_A_DEFAULT = ("-", ":-", "+", ":+")
FIX = "set it in an env layer; the variable of an image comes from [tool.dockgate.images]; ${%s:-} does without"


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
    raise ConfigError(f"{name} is set nowhere{quoted}.{near(name, known)}{more}", where=origin, fix=FIX % name)


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
