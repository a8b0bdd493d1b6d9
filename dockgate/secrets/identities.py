"""The user's private files: age identities, and a random key of this machine."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "DOCKGATE_AGE_IDENTITY"
PREFIX = "AGE-SECRET-KEY-"
KEY_BYTES = 32


class Identity(Struct, frozen=True):
    """A key pair of age: the secret half opens files, the public half is a recipient."""

    secret: Secret
    public: str


def config_folder(process: Mapping[str, str]) -> Path:
    """Return the user's configuration folder for Dockgate; ConfigError where the process has no home."""
    if base := process.get("XDG_CONFIG_HOME"):
        return Path(base) / "dockgate"
    if home := process.get("HOME"):
        return Path(home) / ".config" / "dockgate"
    raise ConfigError("neither HOME nor XDG_CONFIG_HOME is set", fix=f"set HOME, or {VARIABLE} to an identity file")


def location(process: Mapping[str, str]) -> Path:
    """Return where the identity is, or would be."""
    given = process.get(VARIABLE)
    return Path(given) if given else config_folder(process) / "identity.txt"


def load(process: Mapping[str, str]) -> tuple[Identity, ...]:
    """Return the user's identities, none where there is no file; ConfigError for one that others can read."""
    path = location(process)
    data = _private(path)
    if data is None:
        return ()
    lines = data.decode("utf-8", "replace").splitlines()
    found = tuple(
        _identity(line.strip(), Location(str(path), number))
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    )
    if not found:
        raise ConfigError("holds no age identity", where=Location(str(path)), fix=f"it needs a line {PREFIX}…")
    return found


def create(process: Mapping[str, str]) -> Identity:
    """Write a new identity, readable by its user only; an existing one is returned as it is."""
    import pyrage  # noqa: PLC0415 - only for secrets

    key = pyrage.x25519.Identity.generate()
    text = f"# public key: {key.to_public()}\n{key}\n"
    path = location(process)
    atomic_file.create(path, text.encode())
    return load(process)[0]


def machine_key(process: Mapping[str, str]) -> bytes:
    """Return 32 random bytes that only this user on this machine has; made on first use."""
    path = config_folder(process) / "machine.key"
    key = _private(path)
    if key is None:
        atomic_file.create(path, secrets.token_bytes(KEY_BYTES))
        key = _private(path) or b""
    if len(key) != KEY_BYTES:
        raise ConfigError("is damaged", where=Location(str(path)), fix=f"rm {path}: the next command makes a new one")
    return key


def _identity(line: str, where: Location) -> Identity:
    import pyrage  # noqa: PLC0415 - only for secrets

    try:
        key = pyrage.x25519.Identity.from_str(line)
    except pyrage.IdentityError as error:
        fix = f"each line is a comment or {PREFIX}…, as age-keygen writes it"
        raise ConfigError("is not an age identity", where=where, fix=fix) from error
    return Identity(Secret(line), str(key.to_public()))


def _private(path: Path) -> bytes | None:
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
        raise ConfigError("belongs to another user", where=where, fix="use an identity of your own")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise ConfigError(f"can be read by others (mode {mode:04o})", where=where, fix=f"chmod 600 {path}")
