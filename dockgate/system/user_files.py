"""The user's own folder of configuration: private files, and a random key of this machine."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES = 32  # 256 bits


def config_folder(process: Mapping[str, str]) -> Path:
    """Return the user's configuration folder for Dockgate; ConfigError where the process has no home."""
    if base := process.get("XDG_CONFIG_HOME"):
        return Path(base) / "dockgate"
    if home := process.get("HOME"):
        return Path(home) / ".config" / "dockgate"
    raise ConfigError("neither HOME nor XDG_CONFIG_HOME is set", fix="set HOME")


def machine_key(process: Mapping[str, str]) -> bytes:
    """Return 32 random bytes that only this user on this machine has; made on first use."""
    path = config_folder(process) / "machine.key"
    key = read(path)
    if key is None:
        atomic_file.create(path, secrets.token_bytes(KEY_BYTES))
        key = read(path) or b""
    if len(key) != KEY_BYTES:
        raise ConfigError("is damaged", where=Location(str(path)), fix=f"rm {path}; the next command creates a new one")
    return key


def read(path: Path) -> bytes | None:
    """Return a private file, None where there is none; ConfigError for one that others own or can read."""
    try:
        with regular_file.opened(path) as file:
            _check(path, os.fstat(file.fileno()))
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=Location(str(path))) from error


def _check(path: Path, status: os.stat_result) -> None:
    where = Location(str(path))
    if status.st_uid not in {os.geteuid(), 0}:
        raise ConfigError("belongs to another user", where=where, fix="use a file of your own")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise ConfigError(f"can be read by others (mode {mode:04o})", where=where, fix=f"chmod 600 {path}")
