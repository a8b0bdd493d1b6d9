"""The lock on a swarm: one owner, told to the others, taken over when it has expired."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from dockgate.core.errors import LockedError, ToolFailedError
from dockgate.engine import swarm as api
from dockgate.engine.api import RefusedError
from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.swarm import lock
from dockgate.system.locks import Holder
from tests.unit.stack.runtimes.swarm.manager import Manager, data

ME = Holder("me", "here", 1, "2026-11-28T12:00:00+00:00", "deploy 1.1", "/work")
OTHER = Holder("other", "there", 2, "2026-11-28T11:00:00+00:00", "deploy 1.0", "/home")


def left(manager: Manager, expires: str) -> None:
    """Leave a lock of another operator."""
    labels = {lock.OWNER: msgspec.json.encode(OTHER).decode(), lock.EXPIRES: expires}
    Swarm(manager).create("configs", api.blob("shop.lock", b"lock", labels))


def test_a_lock_is_a_config_while_it_is_held() -> None:
    manager = Manager()
    with lock.held(Swarm(manager), "shop", ME, 0.0, print), lock.held(Swarm(manager), "shop", ME, 0.0, print):
        assert manager.names("configs") == ["shop.lock"]
        assert [each.daemon for each in threading.enumerate() if each.name.endswith("(_renew)")] == [True]
        lock.check("shop")
        found = manager.named("configs", "shop.lock")
        assert found
        assert data(found) == b"lock"
        labels = found["Spec"]["Labels"]
        assert labels == {lock.OWNER: msgspec.json.encode(ME).decode(), lock.EXPIRES: labels[lock.EXPIRES]}
        expires = datetime.fromisoformat(labels[lock.EXPIRES])
        assert expires.isoformat(timespec="seconds") == labels[lock.EXPIRES]
        assert timedelta(seconds=30) < expires - datetime.now(UTC) <= timedelta(seconds=60)
    assert manager.names("configs") == []
    lock.check("shop")


def test_a_lock_of_another_operator_is_told() -> None:
    manager = Manager()
    left(manager, "2999-01-01T00:00:00+00:00")
    with pytest.raises(LockedError) as caught:
        lock.held(Swarm(manager), "shop", ME, 0.0, print).__enter__()
    by = "other@there (pid 2, /home) since 2026-11-28T11:00:00+00:00: deploy 1.0"
    assert str(caught.value) == f"shop.lock on the swarm is held by {by}\n  → wait for it with --lock-wait=SECONDS"
    assert manager.names("configs") == ["shop.lock"]


def test_a_lock_that_is_not_ours_to_judge_is_kept() -> None:
    manager = Manager()
    Swarm(manager).create("configs", api.blob("shop.lock", b"x", {}))
    with pytest.raises(LockedError, match="held by a program that is not Dockgate"):
        lock.held(Swarm(manager), "shop", ME, 0.0, print).__enter__()


def test_a_lock_is_renewed_and_one_that_was_taken_away_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LASTS", 0.04)
    manager = Manager()
    with lock.held(Swarm(manager), "shop", ME, 0.0, print):
        while not any("update" in line for line in manager.said):
            lock.check("shop")
        manager.objects["configs"].clear()
        left(manager, "2999-01-01T00:00:00+00:00")
        with pytest.raises(LockedError) as caught:  # noqa: PT012 - until its renewal has looked
            while True:
                lock.check("shop")
        assert str(caught.value) == (
            "the lock of shop on the swarm was lost: it was not renewed in 0 s\n"
            "  → inv status shows what runs; the next inv deploy completes it"
        )
    assert manager.names("configs") == ["shop.lock"]


class Contested:
    """A swarm on which others are faster: what it answers to each question, one after the other."""

    def __init__(self, *, refusals: list[int], found: list[dict[str, Any] | None]) -> None:
        self.refusals, self.found = refusals, found
        self.removed: list[tuple[str, str]] = []
        self.updated: list[dict[str, Any]] = []

    def create(self, kind: str, document: dict[str, Any]) -> str:
        assert (kind, document["Name"]) == ("configs", "shop.lock")
        if self.refusals:
            raise RefusedError("no", self.refusals.pop(0))
        return "mine"

    def named(self, kind: str, name: str) -> dict[str, Any] | None:
        assert (kind, name) == ("configs", "shop.lock")
        answer = self.found.pop(0)
        if answer and "fails" in answer:
            raise ToolFailedError("away")
        return answer

    def remove(self, kind: str, ident: str) -> None:
        self.removed.append((kind, ident))

    def update(self, kind: str, there: dict[str, Any], spec: dict[str, Any]) -> None:
        assert (kind, there["ID"]) == ("configs", "mine")
        self.updated.append(spec)


def config(ident: str, expires: str = "2999-01-01T00:00:00+00:00", owner: str = "") -> dict[str, Any]:
    """Return a lock on the swarm."""
    labels = {lock.OWNER: owner or msgspec.json.encode(OTHER).decode(), lock.EXPIRES: expires, "kept": "x"}
    return {"ID": ident, "Spec": {"Name": "shop.lock", "Labels": labels}}


class Away:
    """A manager that has gone."""

    def named(self, *_: object) -> None:
        raise ToolFailedError("away")


def test_a_lock_is_lost_when_its_manager_was_away_for_longer_than_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of that between two tries."""
    times, waited = iter((100.0, 110.0, 160.0, 160.1)), list[float]()

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    monkeypatch.setattr(lock, "time", SimpleNamespace(monotonic=lambda: next(times)))
    monkeypatch.setattr(lock, "_held", {"shop.lock": False})
    lock._renew(Away(), "shop.lock", "mine", SimpleNamespace(wait=wait))  # type: ignore[arg-type]
    assert (waited, lock._held, list(times)) == ([15.0] * 3, {"shop.lock": True}, [])


def test_a_lock_is_waited_for_in_steps_of_half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += 1.0

    monkeypatch.setattr(lock, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    with pytest.raises(LockedError):
        acquired(Contested(refusals=[409] * 9, found=[config("1")] * 9), 2.0)
    assert slept == [0.5, 0.5]


@pytest.mark.parametrize("answers", [True, False])
def test_the_end_of_a_lock_is_no_matter_of_the_command(*, answers: bool) -> None:
    """It expires by itself where the manager is away; one that was lost is left to who has it."""
    swarm = Contested(refusals=[], found=[])
    if not answers:
        swarm.remove = Away().named  # type: ignore[assignment,method-assign]
    with lock.held(swarm, "shop", ME, 0.0, print):  # type: ignore[arg-type]
        assert lock._held == {"shop.lock": False}
    assert (lock._held, swarm.removed) == ({}, [("configs", "mine")] if answers else [])


def acquired(swarm: Contested, wait: float = 0.0) -> tuple[str, list[str]]:
    said: list[str] = []
    return lock._acquire(swarm, "shop.lock", ME, wait, said.append), said  # type: ignore[arg-type]


def test_a_lock_is_taken_when_it_is_free_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """It went away meanwhile, it expired, its owner ended while we waited."""
    monkeypatch.setattr(lock, "AGAIN", 0.0)
    assert acquired(Contested(refusals=[409], found=[None])) == ("mine", [])
    swarm = Contested(refusals=[409, 409], found=[config("1", "2026-01-01T00:00:00+00:00"), None])
    who = f"{OTHER}"
    said = f"an earlier command was killed and left the lock of this swarm: {who}; taken over"
    assert acquired(swarm) == ("mine", [said])
    assert swarm.removed == [("configs", "1")]
    assert acquired(Contested(refusals=[409, 409, 409], found=[config("1"), config("1"), None]), 60.0) == ("mine", [])


@pytest.mark.parametrize("expires", ["2999-01-01T00:00:00+00:00", "never", "2026-01-01T00:00:00"])
def test_a_lock_that_is_not_ours_to_judge_is_told(expires: str) -> None:
    """Whatever another program wrote."""
    with pytest.raises(LockedError) as caught:
        acquired(Contested(refusals=[409], found=[config("1", expires, owner="{")]))
    assert caught.value.what == "shop.lock on the swarm is held by a program that is not Dockgate"
    assert caught.value.fix == "wait for it with --lock-wait=SECONDS"


def test_another_refusal_is_an_error() -> None:
    """Not every no means that somebody has it."""
    with pytest.raises(RefusedError):
        acquired(Contested(refusals=[500], found=[]))


@pytest.mark.parametrize(
    ("found", "lost", "renewed"),
    [([config("mine"), None], True, 1), ([config("other")], True, 0), ([{"fails": 1}, config("mine"), None], True, 1)],
)
def test_a_lock_is_renewed_until_it_is_somebody_elses(
    monkeypatch: pytest.MonkeyPatch, found: list[dict[str, Any] | None], *, lost: bool, renewed: int
) -> None:
    """A manager that does not answer for a moment has not lost it; what else is in its labels stays."""
    monkeypatch.setattr(lock, "LASTS", 0.02)
    monkeypatch.setattr(lock, "time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr(lock, "_held", {"shop.lock": False})
    swarm = Contested(refusals=[], found=[*found])
    with contextlib.suppress(IndexError):
        lock._renew(swarm, "shop.lock", "mine", threading.Event())  # type: ignore[arg-type]
    assert lock._held == {"shop.lock": lost}
    assert [spec["Labels"]["kept"] for spec in swarm.updated] == ["x"] * renewed
    assert all(spec["Labels"][lock.EXPIRES] != config("mine")["Spec"]["Labels"][lock.EXPIRES] for spec in swarm.updated)
