"""The release key: the public half is committed, the private half encrypted beside it or at DOCKGATE_SIGNING_KEY."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate import agefile, atomicfile, identities, rampath, recipients
from dockgate.errors import ConfigError
from dockgate.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.project import Project

VARIABLE = "DOCKGATE_SIGNING_KEY"
PUBLIC = "release/signing.pub"
PRIVATE = "release/signing.key.age"
KEYGEN = "inv releases.keygen makes one"


def public(project: Project) -> str:
    """Return the committed public key, `ssh-ed25519 AAAA… comment`."""
    return read_public(project.root / PUBLIC, PUBLIC)


def read_public(path: Path, shown: str) -> str:
    """Return the public key of a file; ConfigError when it is none."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise ConfigError("there is no release key", where=Origin(shown), fix=KEYGEN) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=Origin(shown)) from error
    if len(text.splitlines()) != 1 or not text.startswith(("ssh-", "ecdsa-", "sk-")):
        raise ConfigError("is not one SSH public key", where=Origin(shown), fix=KEYGEN)
    return text


def generate(project: Project) -> str:
    """Make the key pair and write both halves; return the public one. An existing key is never replaced."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy, only for a new key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - heavy

    for name in (PUBLIC, PRIVATE):
        if (project.root / name).exists():
            fix = "a new key makes every release so far unverifiable: move the old files away if you mean that"
            raise ConfigError("there is a release key already", where=Origin(name), fix=fix)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    public_line = f"{line.decode()} {project.name} releases"
    agefile.write(project.root / PRIVATE, private, _recipients(project))
    atomicfile.replace(project.root / PUBLIC, (public_line + "\n").encode(), 0o644)
    return public_line


def _recipients(project: Project) -> tuple[str, ...]:
    """Encrypt to those who may open the secrets of a protected environment, else to this user."""
    known = recipients.load(project.root)
    trusted = {
        key for name, each in project.environments.items() if each.protected for key in known.get(name, {}).values()
    }
    own = identities.load(project.process) or (identities.create(project.process),)
    return tuple(sorted(trusted or {identity.public for identity in own}))


def available(project: Project) -> bool:
    """Tell whether there is a key to sign with at all."""
    given = project.process.get(VARIABLE)
    return (project.root / PUBLIC).is_file() and (bool(given) or (project.root / PRIVATE).is_file())


@contextmanager
def private(project: Project) -> Iterator[Path]:
    """Yield a file with the private key, as OpenSSH wants it: the user's own, or a copy on RAM that goes again."""
    public(project)
    if given := project.process.get(VARIABLE):
        if not Path(given).is_file():
            raise ConfigError(f"{VARIABLE} names {given}, which is no file", fix="correct or unset it")
        yield Path(given)
        return
    if not (project.root / PRIVATE).is_file():
        raise ConfigError("the private half of the release key is not here", where=Origin(PRIVATE), fix=KEYGEN)
    data = agefile.read(project.root / PRIVATE, PRIVATE, identities.load(project.process))
    folder = rampath.base(project.process) / f"dockgate-sign-{os.getpid()}-{secrets.token_hex(6)}"
    with rampath.folder(folder) as descriptor:
        try:
            file = os.open("key", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=descriptor)
            with os.fdopen(file, "wb") as stream:
                stream.write(data)
            yield folder / "key"
        finally:
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()
