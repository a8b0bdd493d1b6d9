"""Signatures with cosign 3, where it is installed: the same manifest once more, and images in a registry."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import FindingsError
from dockgate.core.plan import Command
from dockgate.release.signing import keys
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.project import Project
    from dockgate.system.process import Result

BUNDLE = "manifest.json.sigstore.json"
KINDS = {"application/vnd.cyclonedx+json": "cyclonedx", "application/spdx+json": "spdxjson"}
LOOPBACK = ("localhost", "127.")
# There is no transparency log for a private key: the key itself is what a verifier trusts.
NO_LOG = "--insecure-ignore-tlog=true"


class Cosign(Struct, frozen=True):
    """The program, for one project."""

    project: Project
    program: str

    def run(self, *words: str, password: str = "", check: bool = True) -> Result:
        """Run cosign; it gets its key's password in the environment, and asks nobody."""
        env = self.project.child_env(COSIGN_PASSWORD=password, COSIGN_YES="true")
        return process.run(Command((self.program, *words), env, self.project.root, 120.0), check=check)

    def sign_blob(self, data: bytes) -> bytes:
        """Return the sigstore bundle over some bytes."""
        with self._signing() as (key, config, password), tempfile.TemporaryDirectory() as place:
            blob, bundle = Path(place) / "blob", Path(place) / "bundle"
            blob.write_bytes(data)
            flags = (f"--key={key}", f"--signing-config={config}", f"--bundle={bundle}")
            self.run("sign-blob", *flags, str(blob), password=password)
            return bundle.read_bytes()

    def verify_blob(self, public: Path, data: bytes, bundle: Path) -> None:
        """Raise FindingsError unless the bundle over these bytes was made with the key."""
        with tempfile.NamedTemporaryFile() as blob:
            blob.write(data)
            blob.flush()
            words = ("verify-blob", f"--key={public}", f"--bundle={bundle}", NO_LOG, blob.name)
            result = self.run(*words, check=False)
        if result.code != 0:
            said = process.said(result.stderr).splitlines()
            raise FindingsError(f"cosign: {said[-1] if said else 'refused'}", fix="do not use it")

    def sign_images(self, images: Mapping[str, Mapping[str, Path]]) -> None:
        """Sign images in their registry by digest, and attach their bills, signed, by media type."""
        with self._signing() as (key, config, password):
            flags = (f"--key={key}", f"--signing-config={config}")
            for reference, bills in images.items():
                http = ("--allow-http-registry",) if reference.startswith(LOOPBACK) else ()
                self.run("sign", *flags, *http, reference, password=password)
                for kind, file in bills.items():
                    predicate = (f"--type={kind}", f"--predicate={file}")
                    self.run("attest", *flags, *http, *predicate, reference, password=password)

    @contextmanager
    def _signing(self) -> Iterator[tuple[Path, Path, str]]:
        """Yield the key in cosign's form, a configuration that names no service, and the key's password."""
        password = secrets.token_hex(16)
        with keys.private(self.project, keys.COSIGN) as pem:
            prefix = pem.parent / "imported"
            self.run("import-key-pair", f"--key={pem}", f"--output-key-prefix={prefix}", password=password)
            config = pem.parent / "signing-config.json"
            self.run("signing-config", "create", f"--out={config}")
            yield Path(f"{prefix}.key"), config, password


def find(project: Project) -> Cosign | None:
    """Return cosign where it is installed and the project has a key for it."""
    program = shutil.which("cosign", path=project.process.get("PATH"))
    return Cosign(project, program) if program and (project.root / keys.COSIGN.public).is_file() else None
