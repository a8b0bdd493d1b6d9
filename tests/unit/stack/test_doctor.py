"""What a machine lacks, each with its fix."""

from __future__ import annotations

import re
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.stack import doctor
from dockgate.system import process
from dockgate.system.process import Result
from tests import said
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Endpoint("unix:///nowhere.sock", "default")
GOOD: dict[str, Any] = {
    "ServerVersion": "28.5.2+dfsg4",
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
    "DockerRootDir": "/",
}


class FakeEngine:
    """Answers `info`, or does not."""

    answer: dict[str, Any] | MissingToolError = GOOD

    def __init__(self, _endpoint: Endpoint) -> None: ...

    def info(self) -> dict[str, Any]:
        if isinstance(self.answer, MissingToolError):
            raise self.answer
        return {"SystemTime": datetime.now(UTC).isoformat().replace("+00:00", "123Z"), **self.answer}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeEngine]]:
    monkeypatch.setattr(doctor, "Engine", FakeEngine)
    monkeypatch.setattr(process, "run", lambda *_a, **_k: Result(0, b"github.com/docker/buildx 2.40.3-3", b"", 0.0))
    yield FakeEngine
    FakeEngine.answer = GOOD


def examine(tmp_path: Path, **ports: int) -> dict[str, doctor.Check]:
    found = {check.name: check for check in doctor.examine(projects.make(tmp_path), HERE, ports)}
    rows = (f"{check} → {check.fix}" for check in found.values())
    said.hold(
        Path(__file__).with_name("checks.txt"),
        (re.sub(r"\d+(?= GiB)|[\d.]+(?= s )", "<number>", each) for each in rows),
    )
    return found


@pytest.mark.usefixtures("machine")
def test_a_good_machine_has_nothing_to_mend(tmp_path: Path) -> None:
    """Engine, store, time, disk, tools."""
    checks = examine(tmp_path)
    assert checks.keys() == {"engine", "image store", "live-restore", "time", "disk", "compose", "buildx"}
    assert all(check.good for check in checks.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "systemctl reload docker"),
        ({"LiveRestoreEnabled": True}, "run on while the engine restarts"),
        ({"Swarm": {"LocalNodeState": "active"}}, "as a swarm needs"),
    ],
)
def test_it_says_what_a_restart_of_the_engine_does(
    tmp_path: Path, machine: type[FakeEngine], change: dict[str, Any], words: str
) -> None:
    """As advice: an engine for development does well without."""
    machine.answer = GOOD | change
    check = examine(tmp_path)["live-restore"]
    assert check.good
    assert words in check.found


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"ServerVersion": "20.10.24"}, "engine"),
        ({"DriverStatus": [["Backing Filesystem", "extfs"]], "Driver": "overlay2"}, "image store"),
        ({"SystemTime": datetime.fromtimestamp(time.time() - 60, UTC).isoformat()}, "time"),
        ({"SystemTime": "yesterday"}, "time"),
        ({"DockerRootDir": "/no/such/folder"}, "disk"),
    ],
)
def test_what_is_wrong_is_told_with_its_mend(
    tmp_path: Path, machine: type[FakeEngine], change: dict[str, Any], name: str
) -> None:
    """Only that, and how to get it."""
    machine.answer = GOOD | change
    bad = [check for check in examine(tmp_path).values() if not check.good]
    assert [check.name for check in bad] == [name]
    assert bad[0].fix
    assert "→" in str(bad[0])


def test_no_engine_is_one_finding(tmp_path: Path, machine: type[FakeEngine]) -> None:
    """Nothing is asked of an engine that does not answer."""
    machine.answer = MissingToolError("no answer", fix="start it")
    checks = examine(tmp_path)
    assert (checks["engine"].good, checks["engine"].fix) == (False, "start it")
    assert "disk" not in checks


@pytest.mark.usefixtures("machine")
def test_a_tool_that_fails_or_is_old_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose 1, or one that does not start."""
    monkeypatch.setattr(process, "run", lambda *_a, **_k: Result(0, b"1.29.2", b"", 0.0))
    assert not examine(tmp_path)["compose"].good

    def fails(*_a: object, **_k: object) -> Result:
        raise ToolFailedError("it broke")

    monkeypatch.setattr(process, "run", fails)
    assert not examine(tmp_path)["buildx"].good


@pytest.mark.usefixtures("machine")
def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """With the variable to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        check = examine(tmp_path, GATEWAY_PORT=port)[f"port {port}"]
    assert not check.good
    assert "GATEWAY_PORT" in check.fix
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert examine(tmp_path, GATEWAY_PORT=port)[f"port {port}"].good
