"""Where in the Compose files a part of the resolved model is written: the last file that has it, as deep as it goes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from dockgate.compose import yaml_nodes
from dockgate.core.location import Location
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class SourceMap:
    """The Compose files of an environment, parsed when a first place is asked for."""

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        """Take the project's folder and the files in the order in which Compose merges them."""
        self._root = root
        self._files = tuple(files)

    def __call__(self, *path: str) -> Location:
        """Return the place of `path` (`services`, name, key…), in the last file that writes it.

        Where only a part of the path is written, that of the file that defines it, not of one that adds to it.
        """
        found = [(*_deepest(tree, path), file) for file, tree in self._trees]
        deepest = max((depth for depth, *_ in found), default=0)
        if not deepest:
            return Location(self._files[-1] if self._files else "")
        written = [each for each in found if each[0] == deepest]
        chosen = written[-1]
        if deepest < len(path):
            chosen = next((each for each in written if _defines(each[2])), written[0])
        mark = chosen[1].start_mark
        return Location(chosen[3], mark.line + 1, mark.column + 1)

    @cached_property
    def _trees(self) -> tuple[tuple[str, Any], ...]:
        trees = []
        for file in self._files:
            try:
                trees += [(file, tree) for tree in yaml_nodes.documents(regular_file.text(self._root / file))]
            except (OSError, ValueError):
                # Compose has read the file, so the finding stands; it is reported without a line.
                continue
        return tuple(trees)


def services(root: Path, files: Sequence[str]) -> frozenset[str] | None:
    """Return the services that these Compose files name; None where one cannot be read, or pulls in further ones."""
    found = set[str]()
    for file in files:
        try:
            trees = yaml_nodes.documents(regular_file.text(root / file))
        except (OSError, ValueError):
            return None  # the run about that environment says so
        for tree in trees:
            top = {str(key.value): node for key, node in _pairs(tree)}
            if "include" in top:
                return None
            found |= {str(key.value) for key, _ in _pairs(top.get("services"))}
    return frozenset(found)


def _deepest(node: Any, path: Sequence[str]) -> tuple[int, Any, Any]:
    """Return how many keys of `path` are there, and the nodes of the last one's key and value."""
    found = 0, node, node
    for depth, key in enumerate(path, 1):
        match = next((each for each in _merged(node) if each[0].value == key), None) or _listed(node, key)
        if match is None:
            break
        found, node = (depth, *match), match[1]
    return found


def _defines(node: Any) -> bool:
    return any(key.value in ("image", "build", "extends") for key, _ in _merged(node))


def _merged(node: Any, depth: int = yaml_nodes.DEEPEST) -> Iterator[tuple[Any, Any]]:
    """Yield keys and values of a mapping, its own first, then those that it merges in (`<<`)."""
    own = _pairs(node)
    yield from (each for each in own if each[0].value != yaml_nodes.MERGE)
    for key, value in own if depth else ():
        if key.value == yaml_nodes.MERGE:
            for each in yaml_nodes.entries(value):
                yield from _merged(each, depth - 1)


def _listed(node: Any, name: str) -> tuple[Any, Any] | None:
    """Return the entry of a list (`- NAME=value`) of which Compose's model makes a key and a value."""
    texts = (each for each in node.value if isinstance(getattr(each, "value", None), str))
    return next(((each, each) for each in texts if each.value.partition("=")[0] == name), None)


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    """Return keys and values of a mapping, none of anything else."""
    return [each for each in getattr(node, "value", ()) if isinstance(each, tuple)]
