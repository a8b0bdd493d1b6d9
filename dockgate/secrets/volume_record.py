"""What a database's volume was initialised with, or last rotated to: keyed digests in the user's own folder.

They are kept beside the key of this machine, not in the checkout: a volume outlives the clone that made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping  # noqa: TC003 - the record is decoded by its types
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.engine import volumes
from dockgate.system import atomic_file, user_files

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.engine.api import EngineClient

FOLDER = "volumes"


class Record(Struct, frozen=True):
    """A volume by what the engine says of it (`created`), on which day it was recorded, and a digest for each setting.

    Another volume of the same name was created at another time: then nothing is known of it.
    """

    created: str
    day: str
    settings: Mapping[str, str]


def created(wire: EngineClient, volume: str) -> str:
    """Return when a volume was made, empty where there is none; of a folder, which one it is while it has content."""
    if not volume.startswith("/"):
        return volumes.created(wire, volume) if volume else ""
    try:
        path = Path(volume)
        status, full = path.stat(), any(path.iterdir())
    except OSError:
        return ""
    return f"{status.st_dev}:{status.st_ino}" if full else ""


def digest(project: Project, role: str, value: str) -> str:
    """Return a digest of a value under the key of this machine; a line end at its end is none of it."""
    data = f"{role}\0{value.rstrip()}".encode()
    return hashlib.blake2b(
        data, key=user_files.machine_key(project.process), digest_size=16, person=b"dockgate-volume"
    ).hexdigest()


def read(project: Project, host: str, volume: str, created: str) -> Record | None:
    """Return what is recorded of a volume, None where nothing is, or of another one of its name."""
    path = _path(project, host, volume)
    data = user_files.read(path) if path else None
    try:
        found = msgspec.json.decode(data, type=Record) if data else None
    except msgspec.MsgspecError:
        return None  # of another version: the next start that succeeds writes it anew
    return found if found and found.created == created else None


def write(project: Project, host: str, volume: str, record: Record) -> None:
    """Record what a volume has."""
    if path := _path(project, host, volume):
        atomic_file.replace(path, msgspec.json.encode(record))


def learned(project: Project, host: str, volume: str, created: str, settings: Mapping[str, str]) -> None:
    """Note that a database took new settings, where its volume is recorded."""
    if found := read(project, host, volume, created):
        write(project, host, volume, replace(found, settings={**found.settings, **settings}))


def _path(project: Project, host: str, volume: str) -> Path | None:
    try:
        folder = user_files.config_folder(project.process) / FOLDER
    except ConfigError:
        return None  # a user without a home has no such record, and `up` works as without one
    return folder / (hashlib.sha256(f"{host}\0{volume}".encode()).hexdigest()[:24] + ".json")
