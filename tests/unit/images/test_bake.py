"""The bake command, and what becomes of its failures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.images import bake
from dockgate.images.base import Base
from dockgate.images.host_resources import Host
from dockgate.images.settings import Source
from dockgate.system import docker_cli, process
from dockgate.system.process import Result
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_CONTEXT", "desk")
BASE = Base("dockgate/base:trixie-1", "sha256:b", Source.DEBIAN, datetime.now(UTC), "1795313345")
TAGS = {"api": "shop/api:1", "valkey": "shop/valkey:2"}


def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: Host) -> Command:
    monkeypatch.setattr(docker_cli, "buildx", lambda _process: ("docker-buildx",))
    return bake.command(projects.make(tmp_path), ENDPOINT, "docker/bake.hcl", TAGS, (BASE, host))


def test_all_targets_are_built_at_once_each_with_its_tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = command(tmp_path, monkeypatch, Host())
    assert wanted.argv == (
        *("docker-buildx", "bake", "--builder=desk", "--progress=rawjson", "--file=docker/bake.hcl"),
        *("--set=api.tags=shop/api:1", "--set=valkey.tags=shop/valkey:2", "api", "valkey"),
    )
    project = projects.make(tmp_path)
    own = {"BASE": BASE.ref, "SOURCE_DATE_EPOCH": BASE.epoch, "BUILDX_METADATA_PROVENANCE": "disabled"}
    assert wanted.env == project.child_env(**Host().env(), **own)
    assert (wanted.cwd, wanted.timeout) == (tmp_path, bake.TIMEOUT)


def test_what_the_host_lends_is_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host("/ca.pem", "deb http://u:hunter2@m.test trixie main\n", "index-url = http://u:hunter2@m.test\n")
    wanted = command(tmp_path, monkeypatch, host)
    assert wanted.argv[4:7] == ("--file=docker/bake.hcl", "--allow=fs.read=/ca.pem", "--set=api.tags=shop/api:1")
    assert "hunter2" not in str(wanted)
    assert "hunter2" in wanted.env["HOST_APT"]
    assert "hunter2" in wanted.env["HOST_PIP"]


def test_the_clients_own_proxy_is_given_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    argv = command(tmp_path, monkeypatch, Host(hidden=("HTTP_PROXY", "NO_PROXY"))).argv
    hidden = ("--set=*.args.HTTP_PROXY=", "--set=*.args.NO_PROXY=")
    assert argv[6:] == ("--set=valkey.tags=shop/valkey:2", *hidden, "api", "valkey")


def test_options_come_before_the_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_cli, "buildx", lambda _process: ("docker-buildx",))
    options = ("--no-cache",)
    wanted = bake.command(projects.make(tmp_path), ENDPOINT, "docker/bake.hcl", TAGS, (BASE, Host()), options)
    assert wanted.argv[-3:] == ("--no-cache", "api", "valkey")


def exported(target: str) -> bytes:
    times = {"started": "2026-11-23T22:50:01Z", "completed": "2026-11-23T22:50:04Z"}
    return json.dumps({"vertexes": [{"digest": target, "name": f"[{target}] exporting to image", **times}]}).encode()


def follow(monkeypatch: pytest.MonkeyPatch, code: int, *lines: bytes) -> None:
    def fake(_command: Command, line: Callable[[bytes], None]) -> Result:
        for each in lines:
            line(each)
        return Result(code, b"", b"", 0.0)

    monkeypatch.setattr(process, "follow", fake)


def test_each_target_is_told_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    follow(monkeypatch, 0, exported("api"), exported("another"))
    heard: list[tuple[str, float]] = []
    seconds = bake.run(Command(("x",)), TAGS, lambda target, taken: heard.append((target, taken)))
    assert heard == [("api", 3.0)]
    assert seconds == {"api": 3.0, "valkey": 0.0}


def test_a_failed_build_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    step = {"digest": "a", "name": "[api rootfs 1/2] RUN x", "error": "exit code: 1"}
    follow(monkeypatch, 1, json.dumps({"vertexes": [step]}).encode())
    with pytest.raises(ToolFailedError) as caught:
        bake.run(Command(("x",)), TAGS, lambda _target, _seconds: None)
    assert str(caught.value) == "api: RUN x: exit code: 1\n  → the command was: x"


def test_an_image_without_a_target_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    follow(monkeypatch, 1, b"ERROR: could not find any target matching 'api'")
    with pytest.raises(ToolFailedError) as caught:
        bake.run(Command(("x",)), TAGS, lambda _target, _seconds: None)
    said = "ERROR: could not find any target matching 'api'"
    fix = "each image of [tool.dockgate.images] needs a target in the bake file, with its name or its `target`; "
    assert str(caught.value) == f"buildx bake failed\n  | {said}\n  → {fix}the command was: x"
