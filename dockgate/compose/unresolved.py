"""Compose files as they are written, read without Compose: enough to know which variables are used, and by whom.

document(files, directory, values) -> {"services": …, "secrets": …}      profiles(document) -> names

A service has its names without values, what it names of the shared tables, and all that its files say of it under
`files`: no path in there is one of Compose's own document, so nothing of it can be compared with that.
"""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.compose import sources
from dockgate.compose.filling import filled
from dockgate.compose.sources import DEEPEST, Role
from dockgate.compose.variables import NOTHING, bare
from dockgate.compose.yaml_nodes import pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import yaml

TABLES = ("networks", "volumes", "secrets", "configs")


def document(files: Iterable[Path], directory: Path, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the services and shared tables of Compose files and of what they include."""
    texts = {
        path: [plain(tree) for tree in sources.trees(path)]
        for path in sources.read(files, directory, values).of(Role.COMPOSE)
    }
    known = {path: _whole(trees) for path, trees in texts.items()}
    lent = {path for each in known for path, _ in _lenders(each, known, directory, values)}
    found: dict[str, Any] = {"services": {}, **{table: {} for table in TABLES}}
    for path, tree in known.items():
        for table in TABLES:
            found[table] |= {name: each or {} for name, each in _table(tree, table).items()}
        for name in _table(tree, "services") if path not in lent or path in set(files) else ():
            parts = [*_parts(path, name, known, directory, values)]
            found["services"][name] = _joined(found["services"].get(name, {}), parts)
    return found


def profiles(written: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the profiles of a document's services, each once."""
    every = (name for each in (written.get("services") or {}).values() for name in each.get("profiles") or ())
    return tuple(dict.fromkeys(str(name) for name in every))


def plain(node: yaml.Node | None, depth: int = 4 * DEEPEST) -> Any:
    """Return what a node says, as texts, lists and tables; tags mean nothing."""
    import yaml  # noqa: PLC0415 - only where files are looked into

    if node is None or not depth or node.tag == NOTHING:
        return None
    if isinstance(node, yaml.SequenceNode):
        return [plain(each, depth - 1) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key: plain(each, depth - 1) for key, each in pairs(node)}
    return str(node.value)


def _whole(trees: Iterable[Any]) -> dict[str, Any]:
    return {key: value for tree in trees if isinstance(tree, dict) for key, value in tree.items()}


def _table(tree: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = tree.get(key)
    return found if isinstance(found, dict) else {}


def _lenders(
    path: Path, known: Mapping[Path, Mapping[str, Any]], directory: Path, values: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    """Yield the files that services of one extend, with the service there."""
    for entry in _table(known[path], "services").values():
        yield from _extended(path, entry, known, directory, values)


def _extended(
    path: Path, entry: Any, known: Mapping[Path, Mapping[str, Any]], directory: Path, values: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    extends = entry.get("extends") if isinstance(entry, dict) else None
    if isinstance(extends, str):
        extends = {"service": extends}
    if isinstance(extends, dict):
        name = filled(str(extends.get("file") or ""), values)
        places = [Path(os.path.normpath(base / name)) for base in (path.parent, directory)] if name else [path]
        yield from ((place, str(extends.get("service") or "")) for place in places if place in known)


def _parts(
    path: Path,
    name: str,
    known: Mapping[Path, Mapping[str, Any]],
    directory: Path,
    values: Mapping[str, str],
    depth: int = DEEPEST,
) -> Iterator[Mapping[str, Any]]:
    """Yield what a file says of a service, after what it extends."""
    entry = _table(known[path], "services").get(name)
    for place, other in _extended(path, entry, known, directory, values) if depth else ():
        yield from _parts(place, other, known, directory, values, depth - 1)
    if isinstance(entry, dict):
        yield entry


def _joined(entry: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a service with what further parts say of it."""
    found: dict[str, Any] = {"files": [], "environment": {}, "build": {"args": {}}, **entry}
    for part in parts:
        found["files"] = [*found["files"], part]
        found["environment"] = found["environment"] | dict.fromkeys(bare(part.get("environment")))
        build = part.get("build")
        args = build.get("args") if isinstance(build, dict) else None
        found["build"] = {"args": found["build"]["args"] | dict.fromkeys(bare(args))}
        for key in (*TABLES, "profiles"):
            found[key] = [*found.get(key, ()), *(part.get(key) or ())]
    return found
