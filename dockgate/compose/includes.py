"""What the `include:` of Compose files brings along: the files, and the variables of their own env files."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from dockgate.compose import sources, yaml_nodes
from dockgate.compose.sources import Role
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    import yaml

    from dockgate.core.secret import Secret

# The keys of a Compose file that make Compose read another file and put what it says into the model.
READS = frozenset({"include", "extends", "env_file", "label_file"})


def names(files: Iterable[Path], directory: Path, values: Mapping[str, str]) -> frozenset[str]:
    """Return the variables that env files of included projects set, for Compose files of a project in `directory`.

    Compose gives an included file its own `env_file`, or the `.env` of its project directory; files that are missing
    or that cannot be read add nothing, since Compose complains of them itself.
    """
    env_files = sources.read(files, directory, values).of(Role.PROJECT)
    return frozenset(name for path in env_files for name in _names(path))


def reads_more(text: str) -> bool:
    """Return whether a Compose file makes Compose read further files, however its keys are spelled."""
    try:
        trees = yaml_nodes.documents(text)
    except ValueError:
        return True  # what is not understood here may do anything
    return any(key in READS for tree in trees for key in _keys(tree, set()))


def may_be_kept(texts: Mapping[str, str], secrets: Collection[Secret], *documents: Mapping[str, Any]) -> bool:
    """Return whether Compose's documents may be written to a disk, and be recognised by its files alone.

    Not where further files are read, whose changes would not show and whose values may be secrets; not where a value
    looks like one. Nor, which the caller knows, where nothing declares which values are secrets.
    """
    from dockgate.detection import masking  # noqa: PLC0415 - only where Compose was asked anew: 0.2 s of expressions

    if any(reads_more(text) for text in texts.values()):
        return False
    return all(masking.document(each, secrets) == each for each in documents)


def _keys(node: yaml.Node, seen: set[int]) -> Iterator[str]:
    import yaml  # noqa: PLC0415 - only where Compose is asked anew

    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    for each in node.value:
        if isinstance(each, tuple):
            yield from (each[0].value,) if isinstance(each[0], yaml.ScalarNode) else ()
        yield from _keys(each[1] if isinstance(each, tuple) else each, seen)


def _names(path: Path) -> Iterator[str]:
    from dotenv.parser import parse_stream  # noqa: PLC0415 - not where the cache answers

    try:
        text = regular_file.text(path)
    except OSError:
        return
    yield from (each.key for each in parse_stream(StringIO(text)) if each.key)
