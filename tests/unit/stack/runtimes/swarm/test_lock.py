"""The lock on a swarm: one owner, told to the others, taken over when it has expired."""

from __future__ import annotations

import contextlib
import threading
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from dockgate.core.errors import LockedError, ToolFailedError
from dockgate.engine import swarm as api
from dockgate.engine.api import RefusedError
from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.swarm import lock, records
from dockgate.stack.runtimes.swarm.records import Record
from dockgate.system.locks import Holder
from tests.unit.stack.runtimes.swarm.manager import Manager

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
        lock.check("shop")
    assert manager.names("configs") == []


def test_a_lock_of_another_operator_is_told() -> None:
    manager = Manager()
    left(manager, "2999-01-01T00:00:00+00:00")
    with pytest.raises(LockedError, match=r"held by other@there \(pid 2, /home\) since .*: deploy 1\.0"):
        lock.held(Swarm(manager), "shop", ME, 0.0, print).__enter__()
    assert manager.names("configs") == ["shop.lock"]


def test_an_expired_lock_is_told_and_taken_over() -> None:
    manager, said = Manager(), list[str]()
    left(manager, "2026-01-01T00:00:00+00:00")
    with lock.held(Swarm(manager), "shop", ME, 0.0, said.append):
        found = manager.named("configs", "shop.lock")
        assert found
        assert '"me"' in found["Spec"]["Labels"][lock.OWNER]
    assert said[0].startswith("an earlier command was killed and left the lock of this swarm: other@there")


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
        with pytest.raises(LockedError, match="was lost"):  # noqa: PT012 - until its renewal has looked
            while True:
                lock.check("shop")
    assert manager.names("configs") == ["shop.lock"]


def test_records_are_kept_newest_first_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "KEPT", 2)
    manager = Manager()
    for hour in "123":
        records.write(Swarm(manager), "shop", Record(f"2026-11-28T1{hour}", "me", "deploy", "done", hour))
    assert [each.version for each in records.listed(Swarm(manager), "shop")] == ["3", "2"]


def test_a_record_that_cannot_be_read_is_left_out() -> None:
    manager = Manager()
    Swarm(manager).create("configs", api.blob("x", b"{", {records.RECORD: "shop"}))
    assert records.listed(Swarm(manager), "shop") == []


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
