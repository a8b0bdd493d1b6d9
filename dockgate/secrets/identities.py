"""The user's age identities: the keys that open the encrypted stores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.readable import readable
from dockgate.core.secret import Secret
from dockgate.system import atomic_file, user_files

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "DOCKGATE_AGE_IDENTITY"
PREFIX = "AGE-SECRET-KEY-"


class Identity(Struct, frozen=True):
    """A key pair of age: the secret half opens files, the public half is a recipient."""

    secret: Secret
    public: str


def location(process: Mapping[str, str]) -> Path:
    """Return where the identity is, or would be."""
    if given := process.get(VARIABLE):
        return Path(given)
    try:
        return user_files.config_folder(process) / "identity.txt"
    except ConfigError as error:
        error.fix = f"{error.fix}, or {VARIABLE} to an identity file"
        raise


def load(process: Mapping[str, str]) -> tuple[Identity, ...]:
    """Return the user's identities, none where there is no file; ConfigError for one that others can read."""
    path = location(process)
    data = user_files.read(path)
    if data is None:
        return ()
    lines = readable(data).splitlines()
    found = tuple(
        _identity(line.strip(), Location(str(path), number))
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    )
    if not found:
        raise ConfigError("contains no age identity", where=Location(str(path)), fix=f"it needs a line {PREFIX}…")
    return found


def create(process: Mapping[str, str]) -> Identity:
    """Write a new identity, readable by its user only; an existing one is returned as it is."""
    import pyrage  # noqa: PLC0415 - only for secrets

    key = pyrage.x25519.Identity.generate()
    text = f"# public key: {key.to_public()}\n{key}\n"
    path = location(process)
    atomic_file.create(path, text.encode())
    return load(process)[0]


def _identity(line: str, where: Location) -> Identity:
    import pyrage  # noqa: PLC0415 - only for secrets

    try:
        key = pyrage.x25519.Identity.from_str(line)
    except pyrage.IdentityError as error:
        fix = f"each line is a comment or {PREFIX}…, as age-keygen writes it"
        raise ConfigError("is not an age identity", where=where, fix=fix) from error
    return Identity(Secret(line), str(key.to_public()))
