"""What Compose reads beside its files: `include:`, `extends:`, `env_file:`, `label_file:`, Dockerfiles.

read(files, directory, values) -> Sources      followed to the end; nothing is fetched
"""

from __future__ import annotations

import os.path
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dockgate.compose import yaml_nodes
from dockgate.compose.filling import filled
from dockgate.compose.yaml_nodes import child, entries, pairs, scalar
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.system import regular_file, sample_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import yaml

FETCHED = ("include", "extends")  # keys whose remote sources Compose itself fetches, when it reads the file
RESET = "!reset"
REPLACED = frozenset({"!override", RESET})
DEEPEST = 20  # files within files: Compose itself refuses a circle, and no person nests this deep
_REMOTE = re.compile(
    r"^(?:https?|git|ssh|oci|git\+\w+)://|^[\w.-]+@[\w.-]+:|^github\.com/|^[^/.\s][^\s]*\.git(?:[#?]|$)", re.IGNORECASE
)
_PINNED = re.compile(r"#[0-9a-f]{40}(?::|$)|@sha256:[0-9a-f]{64}$")


def is_remote(reference: str) -> bool:
    """Return whether a path or context is not on this machine."""
    return bool(_REMOTE.search(reference))


def is_pinned(reference: str) -> bool:
    """Return whether a commit or a digest says what a remote source is."""
    return bool(_PINNED.search(reference))


class Role(StrEnum):
    """What Compose reads a file for."""

    COMPOSE = "Compose file"
    VARIABLES = "env file"
    RAW = "env file without references"
    PROJECT = "env file of an included project"
    LABELS = "label file"
    DOCKERFILE = "Dockerfile"


SERVED = frozenset({Role.VARIABLES, Role.RAW, Role.LABELS})


class Remote(Struct, frozen=True):
    """A source that is not on this machine: what is written, under which key, and where."""

    reference: str
    key: str
    path: Path
    line: int
    column: int

    @property
    def pinned(self) -> bool:
        """Return whether a commit or a digest says what it is."""
        return is_pinned(self.reference)


class Needed(Struct, frozen=True):
    """A local file that a Compose file names: under which key, where, and for which service.

    What is needed of a `service`, only where that is switched on.
    """

    target: Path
    key: str
    path: Path
    line: int
    column: int
    service: str = ""

    def shown(self, root: Path) -> str:
        """Return its path seen from `root`, as it is where the two have nothing in common (`/data/app/.env`)."""
        apart = os.path.commonpath((root, self.target)) == os.sep
        return str(self.target) if apart else os.path.relpath(self.target, root)


class Sources(Struct):
    """Local files with the reason why each is read, in the order of reading; the needed and the remote ones.

    `named` has where each env file is named, `profiles` those of the services that have some, in whichever file.
    """

    local: dict[Path, Role] = field(default_factory=dict)
    needed: list[Needed] = field(default_factory=list)
    named: list[Needed] = field(default_factory=list)
    remote: list[Remote] = field(default_factory=list)
    profiles: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, *roles: Role) -> tuple[Path, ...]:
        """Return the files that are read for one of these reasons."""
        return tuple(path for path, role in self.local.items() if role in roles)


def read(files: Iterable[Path], directory: Path, values: Mapping[str, str]) -> Sources:
    """Return what Compose reads for `files` of a project in `directory`; a file that cannot be read adds nothing."""
    found = Sources()
    for file in files:
        _file(found, file, directory, values, DEEPEST)
    return found


def refuse(
    root: Path, files: Iterable[Path], directory: Path, values: Mapping[str, str], profiles: Collection[str] = ()
) -> None:
    """Raise ConfigError where a file names one that does not exist, or makes Compose fetch another one.

    Nothing says what a remote one would be tomorrow. `profiles` are those that are switched on.
    """
    found = read(files, directory, values)
    for need in found.needed:
        off = need.service in found.profiles and found.profiles[need.service].isdisjoint(profiles)
        if not off and not os.path.lexists(need.target):
            optional = ", or {path: …, required: false} where it may be missing" if "env_file" in need.key else ""
            raise ConfigError(
                f"{need.key}: {need.shown(root)} does not exist",
                where=Location(os.path.relpath(need.path, root), need.line, need.column),
                fix=f"{sample_file.creating(Path(need.target), root)}, or correct the path{optional}",
            )
    for each in found.remote:
        if each.key in FETCHED:
            how = "remote" if each.pinned else "remote, and no commit or digest pins it"
            raise ConfigError(
                f"{each.key}: {each.reference} is {how}: Dockgate does not let Compose fetch it",
                where=Location(os.path.relpath(each.path, root), each.line, each.column),
                fix="copy the file into this repository (git subtree, or by hand), and name it by its path",
            )


def _file(found: Sources, path: Path, base: Path, values: Mapping[str, str], depth: int) -> None:
    if found.local.get(path) is Role.COMPOSE or not depth:
        return
    found.local[path] = Role.COMPOSE
    for tree in trees(path):
        for node in entries(child(tree, "include")):
            _include(found, path, base, node, values, depth)
        for name, service in pairs(child(tree, "services")):
            _service(found, (path, name), base, service, values, depth)


def trees(path: Path) -> tuple[yaml.Node, ...]:
    """Return the documents of a Compose file, none where it cannot be read: Compose says what is wrong with it."""
    try:
        return yaml_nodes.documents(regular_file.text(path))
    except (OSError, ValueError):
        return ()


def _include(found: Sources, path: Path, base: Path, node: yaml.Node, values: Mapping[str, str], depth: int) -> None:
    listed = entries(child(node, "path")) or ((node,) if scalar(node) else ())
    local = [_at(base, name) for each in listed if (name := _local(found, path, "include", each, values))]
    for named in listed:
        _need(found, path, "include", named, base)
    own = filled(scalar(child(node, "project_directory")), values)
    folder = _at(base, own) if own else local[0].parent if local else base
    env_files = [(each, _at(base, filled(scalar(each), values))) for each in entries(child(node, "env_file"))]
    for written, env_file in env_files or [(node, folder / ".env")]:
        found.local.setdefault(env_file, Role.PROJECT)
        _name(found, env_file, path, "include", written)
    for each in local:
        _file(found, each, folder, values, depth - 1)


def _service(
    found: Sources, where: tuple[Path, str], base: Path, node: yaml.Node, values: Mapping[str, str], depth: int
) -> None:
    path, service = where
    extended = child(child(node, "extends"), "file")
    if extended is not None and (name := _local(found, path, "extends", extended, values)):
        extending = _at(base, name)
        _need(found, path, f"services.{service}.extends", extended, base)
        _file(found, extending, extending.parent, values, depth - 1)
    if profiles := frozenset(filled(scalar(each), values) for each in entries(child(node, "profiles"))):
        found.profiles[service] = profiles | found.profiles.get(service, frozenset())
    for key, role in (("env_file", Role.VARIABLES), ("label_file", Role.LABELS)):
        for each in _listed(found, service, key, child(node, key)):
            named = filled(scalar(each) or scalar(child(each, "path")), values)
            raw = role is Role.VARIABLES and scalar(child(each, "format")) == "raw"
            found.local.setdefault(_at(base, named), Role.RAW if raw else role)
            _name(found, _at(base, named), path, key, each, service)
            if scalar(child(each, "required")).lower() != "false":
                _need(found, path, f"services.{service}.{key}", child(each, "path") or each, base, service)
    build = child(node, "build")
    if build is not None:
        _build(found, path, base, build, values)


def _build(found: Sources, path: Path, base: Path, node: yaml.Node, values: Mapping[str, str]) -> None:
    context_node = node if scalar(node) else child(node, "context")
    context = _local(found, path, "build", context_node, values) if context_node is not None else "."
    if context is not None and child(node, "dockerfile_inline") is None:
        name = filled(scalar(child(node, "dockerfile")), values) or "Dockerfile"
        found.local.setdefault(_at(base, f"{context}/{name}"), Role.DOCKERFILE)


def _local(found: Sources, path: Path, key: str, node: yaml.Node, values: Mapping[str, str]) -> str | None:
    """Return the path that a node names, None (and a note) for a remote one."""
    name = filled(scalar(node), values)
    if not is_remote(name):
        return name or None
    mark = node.start_mark
    found.remote.append(Remote(name, key, path, mark.line + 1, mark.column + 1))
    return None


def _name(found: Sources, target: Path, path: Path, key: str, node: yaml.Node, service: str = "") -> None:
    mark = node.start_mark
    found.named.append(Needed(target, key, path, mark.line + 1, mark.column + 1, service))


def _listed(found: Sources, service: str, key: str, node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    """Return the files of a list; what files before this one name is forgotten where this list takes its place."""
    if node is not None and node.tag in REPLACED:
        found.named = [each for each in found.named if (each.service, each.key) != (service, key)]
        found.needed = [each for each in found.needed if each.key != f"services.{service}.{key}"]
        kept = {each.target for each in found.named}
        found.local = {path: role for path, role in found.local.items() if role not in SERVED or path in kept}
    return () if node is not None and node.tag == RESET else entries(node)


def _need(found: Sources, path: Path, key: str, node: yaml.Node, base: Path, service: str = "") -> None:
    """Note a file that has to be there; one whose name has a variable is left to Compose."""
    name, mark = scalar(node), node.start_mark
    if name and "$" not in name and not is_remote(name):
        found.needed.append(Needed(_at(base, name), key, path, mark.line + 1, mark.column + 1, service))


def _at(base: Path, name: str) -> Path:
    return Path(os.path.normpath(base / name))
