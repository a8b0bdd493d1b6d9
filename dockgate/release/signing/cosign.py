"""Signatures of images in a registry with cosign 3, where it is installed."""

from __future__ import annotations

import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.plan import Command
from dockgate.release.signing import keys
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.project import Project
    from dockgate.system.process import Result

KINDS = {"application/vnd.cyclonedx+json": "cyclonedx"}
LOOPBACK = ("localhost", "127.")


class Cosign(Struct, frozen=True):
    """The program, for one project."""

    project: Project
    program: str

    def run(self, *words: str, password: str = "") -> Result:
        """Run cosign; it gets its key's password in the environment, and never prompts."""
        env = self.project.child_env(COSIGN_PASSWORD=password, COSIGN_YES="true")
        return process.run(Command((self.program, *words), env, self.project.root, 120.0))

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
