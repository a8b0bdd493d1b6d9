"""What stands in a lock's place, and who holds it, where the machine says little."""

from __future__ import annotations

import errno
import os
import socket
import time
from pathlib import Path
from types import MappingProxyType

import pytest
from msgspec.structs import asdict, replace

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.project import Project
from dockgate.system import locks
from dockgate.system.locks import HeldError, Holder, State

ALICE = Holder("alice", "far", 7, "2026-01-01T00:00:00+00:00", "up\n--env=prod", "/srv/a")


def project(root: Path) -> Project:
    return Project(root, "shop", MappingProxyType({}), {}, {"USER": "x"})


@pytest.mark.parametrize(
    ("holder", "state", "said"),
    [
        (None, State.HELD, "a process that has not written its name yet"),
        (ALICE, State.HELD, r"alice@far (pid 7, /srv/a) since 2026-01-01T00:00:00+00:00: up\u000a--env=prod"),
        (
            ALICE,
            State.INHERITED,
            (
                r"alice@far (pid 7, /srv/a) since 2026-01-01T00:00:00+00:00: up\u000a--env=prod, which has ended; "
                "a process that it started still runs"
            ),
        ),
    ],
)
def test_who_holds_it_is_said(holder: Holder | None, state: State, said: str) -> None:
    """In one line, and in a document."""
    error = HeldError("shop-prod", holder, state)
    assert str(error) == f"shop-prod is locked by {said}\n  → wait for it with --lock-wait=SECONDS"
    whole = {"error": error.as_json()["error"], "holder": asdict(holder) if holder else None}
    assert error.as_json() == whole


def test_a_lock_has_a_name_that_is_read_and_is_this_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Homes may be on a file server; what is special in a name is a dash, and a long one ends somewhere."""
    long = "secrets.init " + "NAME " * 1000
    monkeypatch.setattr(socket, "gethostname", lambda: "here")
    names = ("Shop-Prod @ unix:///run/d.sock", f"a{'b' * 78}-c")
    files = []
    for name in names:
        with locks.held(project(tmp_path), name, long, folder=tmp_path) as lock:
            files.append(lock.path.name)
            assert lock.holder == Holder("x", "here", os.getpid(), lock.holder.since, long, str(tmp_path))
            assert locks.inspect(project(tmp_path), name, tmp_path) == (State.HELD, lock.holder)
            assert lock.path.read_text().startswith('{"owner": "x", "host": "here", "pid": ')
        assert lock.path.read_bytes() == b""
    assert files == [
        "dockgate-shop-prod-unix-run-d-sock-b30e5a9b.lock",
        f"dockgate-a{'b' * 78}-487437f2.lock",
    ]


def test_a_lock_is_tried_until_the_wait_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tenth of a second."""
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += 0.5

    monkeypatch.setattr(locks, "_try", lambda _descriptor: False)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    for wait, tries in ({}, 0), ({"wait": 1.0}, 2):
        with (
            pytest.raises(HeldError, match="shop is locked by a process that has not written"),
            locks.held(project(tmp_path), "shop", "up", folder=tmp_path, **wait),
        ):
            pass
        assert slept == [0.1] * tries
    ended = replace(ALICE, host=socket.gethostname(), pid=2**22 + 1)
    monkeypatch.setattr(locks, "_read", lambda _descriptor: ended)
    with (
        pytest.raises(HeldError, match="which has ended; a process that it started still runs") as caught,
        locks.held(project(tmp_path), "shop", "up", 0.0, tmp_path),
    ):
        pass
    assert caught.value.holder == ended


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (errno.EACCES, 2, "the lock {} cannot be opened: why"),
        (
            errno.ENOSPC,
            5,
            "{}: cannot be written: why\n  → make room, or make it writable, and run the same command again",
        ),
    ],
)
def test_a_lock_that_cannot_be_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int, said: str
) -> None:
    """A full disk as what it is."""

    def refuse(*_given: object) -> int:
        raise OSError(number, "why")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DockgateError) as caught:
        locks._open(tmp_path / "x.lock")
    assert (caught.value.code, str(caught.value)) == (code, said.format(tmp_path / "x.lock"))


def test_a_full_disk_keeps_a_name_out_and_not_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel holds it all the same."""
    written = list[str]()

    def full(_descriptor: int, text: str) -> None:
        if text:
            raise OSError(errno.ENOSPC, "full")
        written.append(text)

    monkeypatch.setattr(locks, "_write", full)
    with locks.held(project(tmp_path), "shop", "up", folder=tmp_path):
        assert locks.inspect(project(tmp_path), "shop", tmp_path) == (State.HELD, None)
    assert written == [""]


@pytest.mark.parametrize(
    ("host", "answer", "alive"),
    [
        ("far", ProcessLookupError, True),
        ("here", ProcessLookupError, False),
        ("here", None, True),
        ("here", PermissionError, True),
    ],
)
def test_a_process_is_alive_unless_this_machine_has_none(
    monkeypatch: pytest.MonkeyPatch, host: str, answer: type[Exception] | None, *, alive: bool
) -> None:
    """Of another machine nothing is known; another user's is there, as the kernel refuses to signal it."""
    asked = list[tuple[int, int]]()

    def signal(pid: int, number: int) -> None:
        asked.append((pid, number))
        if answer:
            raise answer

    monkeypatch.setattr(socket, "gethostname", lambda: "here")
    monkeypatch.setattr(os, "kill", signal)
    assert locks._alive(replace(ALICE, host=host)) is alive
    assert asked == ([(7, 0)] if host == "here" else [])
    assert not locks._alive(None)


def test_a_pipe_in_the_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    """It is opened without waiting for its other end, and closed again."""
    path = tmp_path / "x.lock"
    os.mkfifo(path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(ConfigError, match=f"the lock {path} is not a file") as caught:
        locks._open(path)
    assert caught.value.fix == "remove it: Dockgate did not create it"
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_a_user_without_a_name_is_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many containers."""

    def unknown(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    alone = Project(tmp_path, "shop", MappingProxyType({}), {}, {})
    assert locks.owner(alone) == f"uid {os.getuid()}"
