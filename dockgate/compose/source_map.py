"""Where in the Compose files a part of the resolved model is written: the last file that has it, as deep as it goes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from dockgate.core.location import Location
from dockgate.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class SourceMap:
    """The Compose files of an environment, parsed when a first place is asked for."""

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        """Take the project's folder and the files in the order in which Compose merges them."""
        self._root = root
        self._files = tuple(files)

    def __call__(self, *path: str) -> Location:
        """Return the place of `path` (`services`, name, key…); the file alone where only its parents are written."""
        best: tuple[int, Location] = (0, Location(self._files[-1] if self._files else ""))
        for file, tree in self._trees:
            depth, node = _deepest(tree, path)
            if depth and depth >= best[0]:
                best = depth, Location(file, node.start_mark.line + 1, node.start_mark.column + 1)
        return best[1]

    @cached_property
    def _trees(self) -> tuple[tuple[str, Any], ...]:
        import yaml  # noqa: PLC0415 - only where there is something to report

        trees = []
        for file in self._files:
            try:
                trees.append((file, yaml.compose(regular_file.text(self._root / file), yaml.SafeLoader)))
            except (OSError, yaml.YAMLError, RecursionError):
                # Compose has read the file, so the finding stands; it is told without a line.
                continue
        return tuple(trees)


def services(root: Path, files: Sequence[str]) -> frozenset[str] | None:
    """Return the services that these Compose files name; None where one cannot be read, or pulls in further ones."""
    import yaml  # noqa: PLC0415 - only where some reader is none of this environment

    found = set[str]()
    for file in files:
        try:
            tree = yaml.compose(regular_file.text(root / file), yaml.SafeLoader)
        except (OSError, yaml.YAMLError, RecursionError):
            return None  # the run about that environment says so
        top = {str(key.value): node for key, node in _pairs(tree)}
        if "include" in top:
            return None
        found |= {str(key.value) for key, _ in _pairs(top.get("services"))}
    return frozenset(found)


def _deepest(node: Any, path: Sequence[str]) -> tuple[int, Any]:
    """Return how many keys of `path` are there, and the node of the last one's key."""
    found = 0, node
    for depth, key in enumerate(path, 1):
        match = next((each for each in _pairs(node) if each[0].value == key), None)
        if match is None:
            break
        found, node = (depth, match[0]), match[1]
    return found


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    """Return keys and values of a mapping, none of anything else."""
    entries = node.value if hasattr(node, "value") and isinstance(node.value, list) else []
    return [each for each in entries if isinstance(each, tuple)]
