"""Runtime copies of secrets: one file for each on RAM, which containers get as bind mounts."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.secrets import store as secret_store
from dockgate.system import ram_folder, user_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dockgate.core.project import Project
    from dockgate.core.secret import Secret
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.store import Store

# Readable for whatever user a container runs as; the folder around it, 0700, keeps other users out.
MODE = 0o444
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class Rendered(Struct, frozen=True):
    """The folder, the file of each secret, and a version of each: a keyed digest that changes with the value."""

    folder: Path
    files: Mapping[str, Path]
    versions: Mapping[str, str]


def render(project: Project, target: Target, resolved: ResolvedEnv, key: bytes) -> Rendered:
    """Write the secrets of an environment for one stack; what is there and right stays untouched.

    A running container keeps what it started with: who uses `versions`, made with `key`, as labels recreates the
    readers of a change.
    """
    if not target.endpoint.local:
        raise ConfigError(
            f"secrets are files on this machine, but {target.endpoint} is another machine",
            fix=f"run it on that machine: {target.up} there",
        )
    values = resolved.secrets()
    for name in values:
        if not secret_store.NAME.fullmatch(name):
            raise ConfigError(f"{name!r} is not a variable name, so it cannot be a file name")
    path = _path(ram_folder.base(project.process), target)
    try:
        with ram_folder.below(path.parent, path.name) as folder:
            for name, value in values.items():
                _put(folder, name, value.reveal().encode())
            for name in set(os.listdir(folder)) - set(values):  # noqa: PTH208 - a descriptor, not a path
                _drop(folder, name)
    except OSError as error:
        raise ToolFailedError(f"the secrets cannot be written to {path}: {error.strerror}") from error
    return _rendered(path, values, key)


def preview(project: Project, target: Target, resolved: ResolvedEnv, key: bytes) -> Rendered:
    """Return what `render` would, without writing anything."""
    return _rendered(_path(ram_folder.base(project.process), target), resolved.secrets(), key)


def _rendered(path: Path, values: Mapping[str, Secret], key: bytes) -> Rendered:
    return Rendered(folder=path, files={name: path / name for name in values}, versions=_versions(key, values))


@contextmanager
def mounted(project: Project, stacks: Iterable[str], checkout: str, name: str) -> Iterator[Callable[[Secret], None]]:
    """Keep the copies of a secret that running containers have; yield a function that gives all of them a new value.

    `render` puts another file in the place of one that changed, which those containers do not see.
    """
    with ExitStack() as opened:
        paths = [_named(base, stack, checkout) for stack in dict.fromkeys(stacks) for base in _bases(project)]
        folders = [opened.enter_context(ram_folder.folder(path)) for path in paths if _there(path)]
        files = [os.open(name, READ, dir_fd=folder) for folder in folders if _current(folder, name) is not None]
        for file in files:
            opened.callback(os.close, file)

        def update(value: Secret) -> None:
            for file in files:
                _overwrite(file, value.reveal().encode())

        yield update


def _overwrite(file: int, data: bytes) -> None:
    """Write over an open file: at once, so that who reads it meanwhile gets the one value or the other."""
    os.fchmod(file, MODE | stat.S_IWUSR)
    try:
        again = os.open(f"/proc/self/fd/{file}", os.O_WRONLY | os.O_CLOEXEC)
    finally:
        os.fchmod(file, MODE)
    with os.fdopen(again, "wb", buffering=0) as writable:
        writable.write(data)
        writable.truncate()


def remove(project: Project, target: Target) -> bool:
    """Remove the copies of this stack, wherever they were written; return whether there were any."""
    return forget(project, target.project, target.root)


def forget(project: Project, stack: str, checkout: str) -> bool:
    """Remove the copies of a stack (`Target.project`) that a checkout made; return whether there were any."""
    removed = [_remove(_named(base, stack, checkout)) for base in _bases(project)]
    return any(removed)


def _bases(project: Project) -> tuple[Path, ...]:
    """Return wherever copies may have been written, each once."""
    given = project.process.get(ram_folder.VARIABLE)
    return tuple(dict.fromkeys((*((Path(given),) if given else ()), *ram_folder.places())))


def _remove(path: Path) -> bool:
    if not _there(path):
        return False
    with ram_folder.folder(path.parent) as ours:
        with ram_folder.folder(Path(path.name), ours) as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - a descriptor, not a path
                _drop(folder, name)
        os.rmdir(path.name, dir_fd=ours)
    with suppress(OSError):  # other stacks have copies there
        path.parent.rmdir()
    return True


def _there(path: Path) -> bool:
    """Return whether there are copies of ours: what another user made under that name has none, and stops nothing."""
    return ram_folder.ours(path.parent) and ram_folder.ours(path)


def _path(base: Path, target: Target) -> Path:
    return _named(base, target.project, target.root)


def _named(base: Path, stack: str, checkout: str) -> Path:
    return base / f"dockgate-{os.geteuid()}" / f"{stack}-{hashlib.sha256(checkout.encode()).hexdigest()[:8]}"


def _put(folder: int, name: str, data: bytes) -> None:
    if _current(folder, name) == data:
        return
    ram_folder.put(folder, name, data, MODE)


def _current(folder: int, name: str) -> bytes | None:
    """Return what a file says, None where it is missing or not as we would write it."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):  # the engine puts a folder where the source of a mount was missing
        _drop(folder, name)
    if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) != MODE:
        return None
    with os.fdopen(os.open(name, READ, dir_fd=folder), "rb") as file:
        return file.read()


def _drop(folder: int, name: str) -> None:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    remove_one = os.rmdir if stat.S_ISDIR(status.st_mode) else os.unlink
    remove_one(name, dir_fd=folder)


def version_key(project: Project, store: Store | None) -> bytes:
    """Return a key that readers of labels do not have: the store's, or this machine's where there is no store."""
    return store.key if store and store.key else user_files.machine_key(project.process)


def _versions(key: bytes, values: Mapping[str, Secret]) -> dict[str, str]:
    return {
        name: hashlib.blake2b(
            f"{name}\0{value.reveal()}".encode(), key=key, digest_size=8, person=b"dockgate-version"
        ).hexdigest()
        for name, value in values.items()
    }
