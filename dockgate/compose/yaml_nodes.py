"""A YAML file as its nodes: places are known, tags of Compose (`!override`, `!reset`) are no matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

MERGE = "<<"
DEEPEST = 20  # merges within merges
# characters; libyaml is ten times as fast, and 40,000 nested brackets end its process
FAST = 16_000


def documents(text: str) -> tuple[yaml.Node, ...]:
    """Return the documents of a text; ValueError where it is no YAML."""
    import yaml  # noqa: PLC0415 - only where files are looked into

    try:
        return tuple(yaml.compose_all(text, _loader(text)))
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"not YAML: {error}") from error


def _loader(text: str) -> Any:
    import yaml  # noqa: PLC0415 - as above

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader) if len(text) < FAST else yaml.SafeLoader


def pairs(node: yaml.Node | None, depth: int = DEEPEST) -> Iterator[tuple[str, yaml.Node]]:
    """Yield the keys and values of a mapping, those that it merges in (`<<`) as well; none of anything else."""
    import yaml  # noqa: PLC0415 - as above

    for key, value in node.value if isinstance(node, yaml.MappingNode) and depth else ():
        if str(key.value) != MERGE:
            yield str(key.value), value
            continue
        for each in value.value if isinstance(value, yaml.SequenceNode) else (value,):
            yield from pairs(each, depth - 1)


def entries(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    """Return the entries of a list; anything else is the only one."""
    import yaml  # noqa: PLC0415 - as above

    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return ()
    return tuple(node.value) if isinstance(node, yaml.SequenceNode) else (node,)


def child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """Return the value of a key of a mapping, None where there is none; the last one counts."""
    return next((value for key, value in reversed(tuple(pairs(node))) if key == name), None)


def scalar(node: yaml.Node | None) -> str:
    """Return the text of a scalar, empty for anything else."""
    import yaml  # noqa: PLC0415 - as above

    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
