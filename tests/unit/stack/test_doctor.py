"""What a machine lacks, each with its fix."""

from __future__ import annotations

import re
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.stack import doctor
from dockgate.system import docker_cli, process
from dockgate.system.process import Result
from tests import said
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL = "./bootstrap installs it on Debian and Ubuntu; elsewhere: https://docs.docker.com/engine/install/"
OFF = (
    "off: a restart of the engine stops every container; for production, put "
    '{"live-restore": true} into /etc/docker/daemon.json and run: systemctl reload docker'
)
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
def test_a_good_machine_has_nothing_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engine, store, time, disk, tools."""
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=5 * 2**30))
    checks = examine(tmp_path)
    assert checks.keys() == {"engine", "image store", "live-restore", "time", "disk", "compose", "buildx"}
    assert all(check.good for check in checks.values())
    assert checks["engine"] == doctor.Check("engine", True, "28.5.2+dfsg4 at unix:///nowhere.sock", INSTALL)  # noqa: FBT003
    assert checks["image store"].found == "containerd"
    assert checks["compose"] == doctor.Check("compose", good=True, found="2.40.3-3", fix=INSTALL)
    assert str(checks["compose"]) == "ok       compose      2.40.3-3"
    assert checks["compose"].as_json() == {"name": "compose", "good": True, "found": "2.40.3-3", "fix": INSTALL}


def test_every_word_that_a_tool_is_given(
    tmp_path: Path, machine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says its version within twenty seconds; what says none is not known."""
    given: list[Command] = []

    def run(command: Command) -> Result:
        given.append(command)
        return Result(0, b"v9", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(docker_cli, "compose", lambda process: (process["PATH"], "compose"))
    monkeypatch.setattr(docker_cli, "buildx", lambda process: (process["PATH"], "buildx"))
    checks, env = examine(tmp_path), {"PATH": "/usr/bin:/bin"}
    assert given == [
        Command(("/usr/bin:/bin", "compose", "version", "--short"), env, tmp_path, 20.0),
        Command(("/usr/bin:/bin", "buildx", "version"), env, tmp_path, 20.0),
    ]
    assert checks["buildx"] == doctor.Check("buildx", good=False, found="unknown", fix=INSTALL)
    assert str(checks["buildx"]) == f"MISSING  buildx       unknown\n         → {INSTALL}"
    assert machine.answer == GOOD


@pytest.mark.parametrize(
    ("version", "good"), [("2.23.9", False), ("2.24.0", True), ("2.100.1", True), ("3.0.0", True), ("1.99.9", False)]
)
@pytest.mark.usefixtures("machine")
def test_a_version_is_compared_by_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, *, good: bool
) -> None:
    monkeypatch.setattr(process, "run", lambda *_a, **_k: Result(0, version.encode(), b"", 0.0))
    assert examine(tmp_path)["compose"] == doctor.Check("compose", good, version, INSTALL)


@pytest.mark.parametrize(("apart", "good"), [(4.9, True), (-4.9, True), (5.0, False), (-5.1, False)])
def test_clocks_may_differ_a_little(
    tmp_path: Path, machine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch, apart: float, *, good: bool
) -> None:
    """From the middle of the time that the answer took."""
    clock = iter((1_700_000_000.0, 1_700_000_004.0))
    stamp = (
        datetime.fromtimestamp(1_700_000_002 + apart, UTC).isoformat(timespec="microseconds").replace("+00:00", "000Z")
    )
    machine.answer = GOOD | {"SystemTime": stamp}
    monkeypatch.setattr(doctor, "time", SimpleNamespace(time=clock.__next__))
    said = f"{abs(apart):.1f} s apart from the engine's"
    assert examine(tmp_path)["time"] == doctor.Check("time", good, said, "synchronise both machines with NTP")


@pytest.mark.parametrize(("free", "good", "shown"), [(5 * 2**30, True, "5"), (5 * 2**30 - 1, False, "5")])
def test_a_disk_has_room_for_the_images(
    tmp_path: Path, machine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch, free: int, shown: str, *, good: bool
) -> None:
    """Of an engine on this machine: of another one's nothing is known."""
    asked: list[str] = []

    def usage(folder: str) -> SimpleNamespace:
        asked.append(folder)
        return SimpleNamespace(free=free)

    monkeypatch.setattr(doctor, "shutil", SimpleNamespace(disk_usage=usage))
    fix = "inv clean removes leftovers; docker system df shows disk usage"
    machine.answer = {**GOOD, "DockerRootDir": "/var/lib/docker"}
    found = f"{shown} GiB free in /var/lib/docker"
    assert examine(tmp_path)["disk"] == doctor.Check("disk", good, found, fix)
    machine.answer = {key: value for key, value in GOOD.items() if key != "DockerRootDir"}
    assert "disk" in examine(tmp_path)
    assert asked == ["/var/lib/docker", "/"]
    machine.answer = {}
    assert next(doctor.examine(projects.make(tmp_path), HERE, {})).found == " at unix:///nowhere.sock"
    far = doctor.examine(projects.make(tmp_path), Endpoint("ssh://far", "DOCKER_HOST"), {})
    assert "disk" not in [check.name for check in far]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, OFF),
        ({"Swarm": {"LocalNodeState": "inactive"}}, OFF),
        ({"LiveRestoreEnabled": True}, "on: containers run on while the engine restarts"),
        (
            {"Swarm": {"LocalNodeState": "active"}},
            "off, as a swarm needs: a node's tasks stop with its engine",
        ),
    ],
)
def test_it_says_what_a_restart_of_the_engine_does(
    tmp_path: Path, machine: type[FakeEngine], change: dict[str, Any], found: str
) -> None:
    """As advice: an engine for development does well without."""
    machine.answer = GOOD | change
    assert examine(tmp_path)["live-restore"] == doctor.Check("live-restore", good=True, found=found)


@pytest.mark.parametrize(
    ("change", "name", "found", "fix"),
    [
        ({"ServerVersion": "25.9.9"}, "engine", "25.9.9 at unix:///nowhere.sock", INSTALL),
        (
            {"DriverStatus": [["Backing Filesystem", "extfs"]], "Driver": "overlay2"},
            "image store",
            "overlay2, without containerd",
            doctor.STORE,
        ),
        ({"DriverStatus": None, "Driver": "vfs"}, "image store", "vfs, without containerd", doctor.STORE),
        ({"SystemTime": "yesterday"}, "time", "the engine does not report its time", "update the engine"),
        (
            {"DockerRootDir": "/no/such/folder"},
            "disk",
            "/no/such/folder: No such file or directory",
            "run it on the engine's machine",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_mend(
    tmp_path: Path, machine: type[FakeEngine], change: dict[str, Any], name: str, found: str, fix: str
) -> None:
    """Only that, and how to get it."""
    machine.answer = GOOD | change
    bad = [check for check in examine(tmp_path).values() if not check.good]
    assert bad == [doctor.Check(name, good=False, found=found, fix=fix)]


def test_no_engine_is_one_finding(tmp_path: Path, machine: type[FakeEngine]) -> None:
    """Nothing is asked of an engine that does not answer."""
    machine.answer = MissingToolError("no answer", fix="start it")
    checks = examine(tmp_path)
    assert checks["engine"] == doctor.Check("engine", good=False, found="no answer", fix="start it")
    assert checks.keys() == {"engine", "compose", "buildx"}
    machine.answer = MissingToolError("no answer")
    assert examine(tmp_path)["engine"].fix == INSTALL


@pytest.mark.usefixtures("machine")
def test_a_tool_that_fails_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it said."""

    def fails(*_a: object, **_k: object) -> Result:
        raise ToolFailedError("it broke")

    monkeypatch.setattr(process, "run", fails)
    assert examine(tmp_path)["buildx"] == doctor.Check("buildx", good=False, found="it broke", fix=INSTALL)


@pytest.mark.usefixtures("machine")
def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """With the variable to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        checks = doctor.examine(projects.make(tmp_path), HERE, {"GATEWAY_PORT of web": port})
        [check] = [each for each in checks if each.name == f"port {port}"]
    assert (check.good, check.found) == (False, "GATEWAY_PORT of web: Address already in use")
    assert check.fix == (
        "give GATEWAY_PORT another value in the environment's layer, or use --instance, which takes free ports"
    )
    with socket.socket() as free:  # nothing listens there, and nothing else is given it meanwhile
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        found = examine(tmp_path, GATEWAY_PORT=port)[f"port {port}"]
    assert (found.good, found.found) == (True, "GATEWAY_PORT is free")
