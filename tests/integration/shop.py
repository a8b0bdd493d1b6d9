"""A copy of this project that releases: a name, ports, secrets and a release key of its own; removed at the end."""

from __future__ import annotations

import re
import secrets
import socket
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.app.client import Client
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.checkout import Checkout


@dataclass(frozen=True)
class Shop:
    """A copy of this project under a name of its own, with a release key."""

    copy: Checkout
    name: str

    @property
    def root(self) -> Path:
        """Return its folder."""
        return self.copy.root

    def git(self, *words: str) -> str:
        """Run git as the copy's user."""
        argv = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", *words]
        return subprocess.run(argv, cwd=self.root, env=self.copy.env, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def change(self, entry: str) -> None:
        """Commit something worth a release."""
        file = self.root / "CHANGELOG.md"
        file.write_text(file.read_text().replace("## [Unreleased]\n", f"## [Unreleased]\n\n- {entry}\n", 1))
        self.commit(entry)

    def client(self, environment: str) -> Client:
        """Return a client of an environment's gateway."""
        return Client.of(engine_facts.containers(f"{self.name}-{environment}"), development=False)

    def version(self, environment: str) -> str:
        """Return the version that the application reports through the gateway."""
        client = self.client(environment)
        with client.http:
            return str(client.get("/version").json()["version"])


def free_port() -> int:
    """Return a port that stays free until it is bound: the kernel and the engine choose from 32768 on."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _own(copy: Checkout, name: str) -> None:
    """Give the copy a name and ports of its own; its checks are what opened it."""
    file = copy.root / "pyproject.toml"
    text = file.read_text().replace('[tool.dockgate]\nname = "dockgate"', f'[tool.dockgate]\nname = "{name}"')
    assert name in text
    file.write_text(re.sub(r"^checks = .*$", "checks = []", text, flags=re.MULTILINE))
    for environment in ("staging", "prod"):
        layer = copy.root / f"env/{environment}.env"
        port = f"GATEWAY_PORT={free_port()}"
        layer.write_text(re.sub(r"^GATEWAY_PORT=.*$", port, layer.read_text(), flags=re.MULTILINE))


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    """Yield a shop in `folder`; what it ran and built is removed, and nothing of it stays on the engine."""
    copy = checkout.make(folder)
    name = f"dockgate-it{secrets.token_hex(3)}"
    _own(copy, name)
    made = Shop(copy, name)
    made.git("config", "user.name", "test")
    made.git("config", "user.email", "test@localhost")
    try:
        copy.inv("releases.keygen")
        for environment in ("staging", "prod"):
            copy.inv("secrets.init", f"--env={environment}")
        made.commit("keys and secrets")
        yield made
    finally:
        for environment in ("staging", "prod"):
            copy.inv("down", f"--env={environment}", "--volumes", f"--confirm={environment}")
            assert engine_facts.left(f"{name}-{environment}") == []
        tags = engine_facts.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{name}/*").split()
        engine_facts.docker("image", "rm", "--force", *tags)
