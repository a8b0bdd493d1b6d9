"""Two clean builds, compared."""

from __future__ import annotations

import io
import json
import re
import tarfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ToolFailedError
from dockgate.images import bake, base, reproduce
from dockgate.images import host_resources as hosts
from dockgate.images.base import Base
from dockgate.images.build import Wanted
from dockgate.images.host_resources import Host
from dockgate.images.settings import Source
from dockgate.system import docker_cli
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.images.reproduce import Comparison

ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
BASE = Base("dockgate/base:trixie-1", "sha256:base", Source.DEBIAN, datetime.now(UTC), "1795313345")
CONFIG = """
[tool.dockgate]
name = "shop"
[tool.dockgate.images.api]
[tool.dockgate.images.valkey]
[tool.dockgate.environments.prod]
"""


def layout(path: str, content: str) -> None:
    """Write an image layout whose manifest has `content`, and so a digest of its own."""
    config = {"architecture": "amd64", "history": []}
    blobs = {
        "index.json": {"manifests": [{"digest": f"sha256:{content}"}]},
        f"blobs/sha256/{content}": {"config": {"digest": "sha256:config"}, "layers": []},
        "blobs/sha256/config": config,
    }
    with tarfile.open(path, "w") as tar:
        for name, document in blobs.items():
            data = json.dumps(document).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


class Builder:
    """A bake that writes a layout for each output; `digests` are those of the next builds."""

    def __init__(self, *digests: str) -> None:
        self.digests = list(digests)
        self.commands: list[Command] = []

    def run(self, command: Command, targets: Mapping[str, str], _done: object) -> Mapping[str, float]:
        self.commands.append(command)
        digest = self.digests.pop(0)
        for target, path in re.findall(r"--set=(\S+?)\.output=\S+,dest=(\S+)", " ".join(command.argv)):
            layout(path, f"{target}-{digest}")
        return dict.fromkeys(targets, 1.0)


def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, builder: Builder) -> tuple[Comparison, ...]:
    monkeypatch.setattr(docker_cli, "buildx", lambda _process: ("docker-buildx",))
    monkeypatch.setattr(base, "current", lambda _endpoint: BASE)
    monkeypatch.setattr(hosts, "gather", lambda _project: Host())
    monkeypatch.setattr(bake, "run", builder.run)
    project = projects.make(tmp_path, CONFIG)
    return reproduce.twice(project, ENDPOINT, project.environment("prod"), Wanted(), lambda _text: None)


def test_the_same_bytes_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch, Builder("a", "a"))
    assert [(each.name, each.same) for each in found] == [("api", True), ("valkey", True)]


def test_other_bytes_are_told_with_both_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compare(tmp_path, monkeypatch, Builder("a", "b"))[0]
    assert first.as_json() == {"name": "api", "first": "sha256:api-a", "second": "sha256:api-b", "same": False}


def test_both_builds_start_from_a_clean_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = Builder("a", "a")
    compare(tmp_path, monkeypatch, builder)
    assert [("--no-cache" in command.argv) for command in builder.commands] == [True, True]


def test_the_layouts_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(tmp_path, monkeypatch, Builder("a", "a"))
    assert list((tmp_path / ".dockgate/work").iterdir()) == []


def test_without_a_base_there_is_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "current", lambda _endpoint: None)
    project = projects.make(tmp_path, CONFIG)
    with pytest.raises(ToolFailedError, match="no base image"):
        reproduce.twice(project, ENDPOINT, project.environment("prod"), Wanted(), lambda _text: None)
