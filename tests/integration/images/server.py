"""One hardened container of an image, on its own."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.integration.engine_facts import docker

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.images.build import BuiltImage

PASSWORD = 'a"quote \\ and a space'
TMP = "/tmp:rw,noexec,nosuid,nodev,size=16m,mode=1777"  # noqa: S108 - inside a container
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=10001", f"--tmpfs={TMP}")
SERVERS = ("postgres", "valkey", "gateway", "prometheus", "postgres-exporter", "valkey-exporter")
OPTIONS = {
    "postgres": (
        "--tmpfs=/run/postgresql:rw,noexec,nosuid,nodev,size=1m",
        "--env=POSTGRES_PASSWORD_FILE=/run/secrets/password",
        "--env=POSTGRES_USER=app",
        "--env=POSTGRES_DB=shop",
    ),
    "valkey": ("--env=VALKEY_PASSWORD_FILE=/run/secrets/password",),
    "valkey-exporter": ("--env=VALKEY_PASSWORD_FILE=/run/secrets/password",),
}


@dataclass(frozen=True)
class World:
    """The project on this engine, with its images built."""

    project: Project
    endpoint: Endpoint
    images: dict[str, BuiltImage]


class Server:
    """One hardened container of an image, on its own."""

    def __init__(self, image: str, name: str, options: tuple[str, ...], password: Path) -> None:
        self.name = f"dockgate-test-{name}-{uuid.uuid4().hex[:6]}"
        secret = f"--mount=type=bind,source={password},target=/run/secrets/password,readonly"
        docker("create", f"--name={self.name}", *HARDENED, *options, secret, image)

    def start(self) -> None:
        docker("start", self.name)

    def healthy(self, seconds: float = 60.0) -> float:
        """Wait until it is healthy and return how long that took."""
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            state = json.loads(docker("inspect", "--format={{json .State}}", self.name))
            assert state["Status"] == "running", docker("logs", self.name)
            if state["Health"]["Status"] == "healthy":
                return passed
            time.sleep(0.05)
        raise AssertionError(f"{self.name} is not healthy: {state}")

    def run(self, *words: str, check: bool = True) -> str:
        return docker("exec", self.name, *words, check=check)

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name)


def server(world: World, password: Path, servers: list[Server], name: str, *options: str) -> Server:
    made = Server(world.images[name].ref, name, (*OPTIONS.get(name, ()), *options), password)
    servers.append(made)
    return made
