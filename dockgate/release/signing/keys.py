"""The release key: the public half is committed, the private half encrypted beside it or at DOCKGATE_SIGNING_KEY."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.secrets import age_file, identities, recipients
from dockgate.system import atomic_file, ram_folder, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project

VARIABLE = "DOCKGATE_SIGNING_KEY"
PUBLIC = "release/signing.pub"
PRIVATE = "release/signing.key.age"
COPY = "dockgate-sign-"


class Pair(Struct, frozen=True):
    """Where the two halves of a key are; `variable` names the user's own private half instead, if there is one."""

    public: str
    private: str
    variable: str = ""


SSH = Pair(PUBLIC, PRIVATE, VARIABLE)
# cosign 3.1 makes ed25519 bundles that it cannot verify itself, so it has a key of its own, on P-256.
COSIGN = Pair("release/cosign.pub", "release/cosign.key.age", "DOCKGATE_COSIGN_KEY")
KEYGEN = "inv releases.keygen makes one"


def public(project: Project) -> str:
    """Return the committed public key, `ssh-ed25519 AAAA… comment`."""
    return read_public(project.root / PUBLIC, PUBLIC, KEYGEN)


def given(path: Path) -> str:
    """Return the public key of a file that a person named; ConfigError when it is none."""
    return read_public(path, str(path), "--key takes the file of an SSH public key, or its fingerprint: SHA256:…")


def read_public(path: Path, shown: str, fix: str) -> str:
    """Return the public key of a file; ConfigError, with this fix, when it is none."""
    try:
        text = regular_file.text(path).strip()
    except FileNotFoundError:
        raise ConfigError("there is no release key", where=Location(shown), fix=fix) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error}", where=Location(shown), fix=fix) from error
    if len(text.splitlines()) != 1 or not text.startswith(("ssh-", "ecdsa-", "sk-")):
        raise ConfigError("is not one SSH public key", where=Location(shown), fix=fix)
    return text


def generate(project: Project) -> str:
    """Make the key pairs and write all halves; return the public one. An existing key is never replaced."""
    for name in (SSH.public, SSH.private, COSIGN.public, COSIGN.private):
        if (project.root / name).exists():
            fix = "a new key makes every release so far unverifiable: move the old files away if you mean that"
            raise ConfigError("there is a release key already", where=Location(name), fix=fix)
    private, line = _ed25519()
    public_line = f"{line} {project.name} releases"
    recipients_ = _recipients(project)
    cosign_private, cosign_public = _p256()
    age_file.write(project.root / COSIGN.private, cosign_private, recipients_)
    atomic_file.replace(project.root / COSIGN.public, cosign_public, 0o644)
    age_file.write(project.root / SSH.private, private, recipients_)
    atomic_file.replace(project.root / SSH.public, (public_line + "\n").encode(), 0o644)
    return public_line


def _ed25519() -> tuple[bytes, str]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy, only for a new key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - heavy

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private, line.decode()


def _p256() -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy, only for a new key
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - heavy

    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)


def _recipients(project: Project) -> tuple[str, ...]:
    """Encrypt to those who may open the secrets of a protected environment, else to this user."""
    known = recipients.load(project.root)
    trusted = {
        key for name, each in project.environments.items() if each.protected for key in known.get(name, {}).values()
    }
    own = identities.load(project.process) or (identities.create(project.process),)
    return tuple(sorted(trusted or {identity.public for identity in own}))


def available(project: Project) -> bool:
    """Return whether there is a key to sign with at all."""
    given = project.process.get(VARIABLE)
    return (project.root / PUBLIC).is_file() and (bool(given) or (project.root / PRIVATE).is_file())


@contextmanager
def private(project: Project, pair: Pair = SSH) -> Iterator[Path]:
    """Yield a file with a private key: the user's own, or a copy on RAM that goes again with all beside it."""
    if not (project.root / pair.public).is_file():
        raise ConfigError("there is no release key", where=Location(pair.public), fix=KEYGEN)
    given = project.process.get(pair.variable)
    if given and not Path(given).is_file():
        raise ConfigError(f"{pair.variable} names {given}, which is no file", fix="correct or unset it")
    if given and pair is SSH:
        yield Path(given)
        return
    data = regular_file.read(Path(given)) if given else _opened(project, pair)
    base = ram_folder.base(project.process)
    _sweep(base)
    folder = base / f"{COPY}{os.getpid()}-{secrets.token_hex(6)}"
    with ram_folder.folder(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # the kernel lets go of it with this process: see _sweep
        try:
            ram_folder.put(descriptor, "key", data)
            yield folder / "key"
        finally:
            _remove(folder)


def _sweep(base: Path) -> None:
    """Remove the keys in clear that killed processes left: the lock of their folder is free.

    A folder that goes meanwhile is not made again: an empty one may be about to be locked, so nobody would remove it.
    """
    for folder in filter(ram_folder.ours, base.glob(f"{COPY}*")):
        with suppress(OSError), _locked(folder):
            if any(folder.iterdir()):
                _remove(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, ram_folder.FOLDER_FLAGS)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    for left in folder.iterdir():
        left.unlink()
    folder.rmdir()


def _opened(project: Project, pair: Pair) -> bytes:
    if not (project.root / pair.private).is_file():
        raise ConfigError("the private half of the release key is not here", where=Location(pair.private), fix=KEYGEN)
    return age_file.read(project.root / pair.private, pair.private, identities.load(project.process))
