"""Who can open the secrets of each environment: public keys with names, in `env/recipients.toml`."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "env/recipients.toml"
HEADER = """\
# Who can open env/<environment>.secrets.age: a name and an age public key, for each environment.
# Written by `inv secrets.recipients-add` and `-remove`, which encrypt the file again; an edit by hand does not.
"""
BARE = re.compile(r"[A-Za-z0-9_-]+")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def load(root: Path) -> Mapping[str, Mapping[str, str]]:
    """Return names and public keys for each environment, none where the file is missing."""
    try:
        document = tomllib.loads(regular_file.read(root / FILE).decode())
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"cannot be read: {error}", where=Location(FILE)) from error
    return {environment: _checked(environment, keys) for environment, keys in document.items()}


def save(root: Path, everyone: Mapping[str, Mapping[str, str]]) -> None:
    """Write the file, environments and names in order."""
    parts = [HEADER]
    for environment in sorted(everyone):
        lines = [f'{_key(name)} = "{key}"' for name, key in sorted(everyone[environment].items())]
        parts.append("\n".join([f"[{_key(environment)}]", *lines, ""]))
    atomic_file.replace(root / FILE, "\n".join(parts).encode(), 0o644)


def with_key(keys: Mapping[str, str], name: str, key: str) -> Mapping[str, str]:
    """Return `keys` and one more; ConfigError for a bad name or key, or a name that stands for another key."""
    if keys.get(name, key) != key:
        raise ConfigError(f"{name} already has another key", where=Location(FILE), fix="remove it, or use another name")
    return {**keys, **_checked("", {name: key})}


def without(keys: Mapping[str, str], name: str) -> Mapping[str, str]:
    """Return `keys` without `name`; ConfigError when it is not there or is the last one."""
    if name not in keys:
        raise ConfigError(f"unknown recipient {name!r}." + near(name, keys), where=Location(FILE))
    if len(keys) == 1:
        raise ConfigError(
            f"{name} is the only recipient: without it, the file could not be decrypted",
            where=Location(FILE),
            fix="add another one first",
        )
    return {other: key for other, key in keys.items() if other != name}


def name_for(process: Mapping[str, str]) -> str:
    """Return a recipient's name for the user of this process."""
    user = process.get("USER") or process.get("LOGNAME") or ""
    return user if NAME.fullmatch(user) else "me"


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else f'"{name}"'


def _checked(environment: str, keys: object) -> Mapping[str, str]:
    import pyrage  # noqa: PLC0415 - only for secrets

    where = Location(FILE)
    if not isinstance(keys, dict):
        raise ConfigError(f"[{environment}] must be a table of names and public keys", where=where)
    for name, key in keys.items():
        if not NAME.fullmatch(name):
            raise ConfigError(f"{name!r} is not a name: letters, digits, . _ @ -", where=where)
        try:
            pyrage.x25519.Recipient.from_str(key)
        except (pyrage.RecipientError, TypeError) as error:
            fix = "it starts with age1; `age-keygen -y identity.txt` prints it"
            raise ConfigError(f"the key of {name} is not an age public key", where=where, fix=fix) from error
    return keys
