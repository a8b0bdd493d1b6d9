"""Signatures with `ssh-keygen -Y`: on every machine with OpenSSH, no network, no service."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.plan import Command
from dockgate.system import atomic_file, process

if TYPE_CHECKING:
    from dockgate.core.project import Project

NAMESPACE = "dockgate-release"
IDENTITY = "release"
ARMOUR = "-----BEGIN SSH SIGNATURE-----"


def sign(project: Project, key: Path, data: bytes) -> str:
    """Return the armoured signature of `data`; ed25519 signs the same data the same way each time."""
    argv = ("ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE)
    result = process.run(Command(argv, project.child_env(), timeout=60.0), stdin=data)
    signature = result.text
    if not signature.startswith(ARMOUR):
        raise ConfigError("ssh-keygen made no signature", fix="is the key one that can sign?")
    return signature


def verify(project: Project, public: str, data: bytes, signature: str) -> None:
    """Raise FindingsError unless `signature` over `data` was made by the holder of `public`."""
    with tempfile.TemporaryDirectory() as place:
        allowed, file = Path(place) / "allowed_signers", Path(place) / "signature"
        atomic_file.create(allowed, f'{IDENTITY} namespaces="{NAMESPACE}" {public}\n'.encode())
        atomic_file.create(file, signature.encode())
        flags = ("-f", str(allowed), "-I", IDENTITY, "-n", NAMESPACE, "-s", str(file))
        command = Command(("ssh-keygen", "-Y", "verify", "-q", *flags), project.child_env(), timeout=60.0)
        result = process.run(command, stdin=data, check=False)
    if result.code != 0:
        said = process.said(result.stdout + result.stderr).splitlines()
        raise FindingsError(
            f"the signature does not hold: {said[-1] if said else 'ssh-keygen refused it'}",
            fix="another key made it, or the signed data changed: do not use it; get it again from its source",
        )


def fingerprint(public: str) -> str:
    """Return the fingerprint of a public key for people to compare, as `ssh-keygen -l` shows it: `SHA256:…`."""
    blob = base64.b64decode(public.split()[1])
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"
