"""Files encrypted with age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.secrets import conflict_markers
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dockgate.secrets.identities import Identity


class SealedError(ConfigError):
    """The file is whole, as far as one can tell, but no identity of this user opens it."""


NOT_FOR_US = "No matching keys found"
COMMITTED = 0o644  # as git checks a file out


def read(path: Path, shown: str, identities: Sequence[Identity]) -> bytes:
    """Return what `path` says, `shown` being its name in errors; SealedError when no identity opens it."""
    return decrypt(content(path, shown), shown, identities)


def content(path: Path, shown: str) -> bytes:
    """Return a file as it is encrypted."""
    try:
        return regular_file.read(path)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=Location(shown)) from error


def decrypt(data: bytes, shown: str, identities: Sequence[Identity], first: str = "", environment: str = "") -> bytes:
    """Return an encrypted text in clear; SealedError when no identity opens it.

    `first` is the command that makes a newcomer's identity; `environment` is whose store it is, which can be merged.
    """
    import pyrage  # noqa: PLC0415 - only for secrets

    where = Location(shown)
    if environment and conflict_markers.inside(data):
        fix = f"inv secrets.merge --env={environment} merges it by name; docs/secrets.md"
        raise ConfigError("has a merge conflict", where=where, fix=fix)
    if not identities:
        raise _closed(where, "is encrypted, but you have no age identity", first)
    keys = [pyrage.x25519.Identity.from_str(identity.secret.reveal()) for identity in identities]
    try:
        return bytes(pyrage.decrypt(data, keys))
    except pyrage.DecryptError as error:
        if str(error) == NOT_FOR_US:
            yours = ", ".join(identity.public for identity in identities)
            raise _closed(where, f"is not encrypted for you (your public key: {yours})") from error
        fix = f"restore a good version from git: git log -- {shown}"
        if environment:
            fix += f"; while a merge is unfinished, inv secrets.merge --env={environment} has both versions"
        raise ConfigError(f"is damaged or not an age file: {error}", where=where, fix=fix) from error


def write(path: Path, data: bytes, recipients: Iterable[str]) -> None:
    """Encrypt `data` to the public keys and put it in place of `path`, armoured so that it survives any checkout."""
    import pyrage  # noqa: PLC0415 - only for secrets

    keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients]
    atomic_file.replace(path, pyrage.encrypt(data, keys, armored=True), COMMITTED)


def _closed(where: Location, what: str, first: str = "") -> SealedError:
    fix = (
        "ask a recipient to run `inv secrets.recipients-add` for you, or set DOCKGATE_AGE_IDENTITY to the file of "
        "an identity that can decrypt it"
    )
    return SealedError(what, where=where, fix=f"{first} makes yours; then {fix}" if first else fix)
