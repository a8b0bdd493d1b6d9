"""An engine on which a base is made."""

from __future__ import annotations

import io
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ToolFailedError
from dockgate.engine import containers
from dockgate.images import debian
from dockgate.images import host_resources as hosts
from dockgate.images.host_resources import Host
from dockgate.system import docker_cli, process
from dockgate.system.process import Result
from tests import said

if TYPE_CHECKING:
    import pytest

    from dockgate.core.plan import Command


ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
NOW = datetime.now(UTC).replace(microsecond=0)
LABELS = {"dev.dockgate.base.source": "debian", "dev.dockgate.base.epoch": "1795313345"}
EPOCH = "1795313345"
SOURCES = (
    b"deb http://m.test trixie main\ndeb http://m.test trixie-updates main\ndeb http://s.test trixie-security main\n"
)


def image(*stamps: datetime, **labels: str) -> containers.EngineImage:
    tags = ("dockgate/base:trixie", *(f"dockgate/base:trixie-{stamp:%Y%m%dT%H%M%S}" for stamp in stamps))
    return containers.EngineImage("sha256:base", tags, (), 1, LABELS | labels)


class Engine:
    """An engine that has one base at most, and records what is run."""

    def __init__(self, found: containers.EngineImage | None = None) -> None:
        self.found = found
        self.ran: list[str] = []
        self.argv: dict[str, tuple[str, ...]] = {}
        self.fail = ""
        self.registry = False
        self.built: containers.EngineImage | None = None
        self.others: containers.EngineImage | None = None
        self.temporary = ""
        self.stale = False

    def image(self, endpoint: Endpoint, ref: str) -> containers.EngineImage | None:
        assert (endpoint, ref) == (ENDPOINT, "dockgate/base:trixie")
        return self.found

    def run(self, command: Command, *, check: bool = True, stdin: bytes | None = None) -> Result:
        said.command(command)
        names = ("install", "update", "pull", "build", "mmdebstrap", "tag")
        name = next(word for word in names if word in command.argv)
        self.ran.append(name)
        self.argv[name] = command.argv
        if name == self.fail:
            self.found = self.others or self.found
            raise ToolFailedError(f"{name} failed")
        if name == "pull" and not self.registry:
            if check:
                raise ToolFailedError("no registry")
            return Result(1, b"", b"", 0.0)
        if name == "update":
            self.stale = False
        if name == "install" and self.stale:
            assert not check
            return Result(100, b"", b"", 0.0)
        if name == "mmdebstrap":
            assert stdin == SOURCES
            self.temporary = command.env["TMPDIR"]
            write_tar(Path(command.argv[-2]))
        if name == "build":
            source = next(word.partition("source=")[2] for word in command.argv if ".source=" in word)
            self.built = image(NOW, **{"dev.dockgate.base.source": source})
        if name == "tag":
            self.found = self.built
        return Result(0, b"", b"", 0.0)


def used(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Return an engine that is asked in place of the real one, on a machine of Debian with all programs."""
    fake = Engine()
    monkeypatch.setattr(containers, "image", fake.image)
    monkeypatch.setattr(process, "run", fake.run)
    monkeypatch.setattr(hosts, "gather", lambda _project: Host())
    monkeypatch.setattr(debian, "archive", lambda _project: debian.Archive("http://m.test", "http://s.test"))
    monkeypatch.setattr(docker_cli, "docker", lambda _process: "docker")
    monkeypatch.setattr(docker_cli, "buildx", lambda _process: ("docker-buildx",))
    lacks(monkeypatch)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return fake


def lacks(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Have a machine without these programs, where they are looked for on the PATH of the command."""

    def which(name: str, path: str) -> str | None:
        return f"/usr/bin/{name}" if name not in names and path in {"/usr/bin:/bin", os.environ["PATH"]} else None

    monkeypatch.setattr("shutil.which", which)


def write_tar(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("./etc/dockgate-epoch")
        entry.size = len(EPOCH)
        tar.addfile(entry, io.BytesIO(EPOCH.encode()))
