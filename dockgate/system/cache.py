"""Files that spare work, for their owner alone: what cannot be read, or has another key, is worked out again."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from dockgate.core.errors import ConfigError
from dockgate.core.project import STATE
from dockgate.system import atomic_file, regular_file, state_folder

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


def read(file: Path, key: str, kind: type[T]) -> T | None:
    """Return the value that was kept under this key; None without one, or where another user could have written it.

    `kind` is checked field by field, so a value of an older version is no value.
    """
    try:
        with regular_file.opened(file) as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            stored = json.loads(opened.read())
        return msgspec.convert(stored["value"], kind) if stored["key"] == key else None
    except (OSError, ValueError, LookupError, TypeError, msgspec.MsgspecError):
        return None


def write(file: Path, key: str, value: object) -> None:
    """Keep a value under a key, in place of another one; where nothing can be written, the next run works it out."""
    stored = {"key": key, "value": msgspec.to_builtins(value)}
    with suppress(ConfigError):
        if STATE in file.parts:
            state_folder.make(file.parent)
        # Not msgspec's own encoder: names of files need not be Unicode, and only `json` keeps such ones.
        atomic_file.replace(file, json.dumps(stored).encode())
