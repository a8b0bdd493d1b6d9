"""The lock on a swarm: one owner, told to the others, taken over when it has expired."""

from __future__ import annotations

import msgspec
import pytest

from dockgate.core.errors import LockedError
from dockgate.engine import swarm as api
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
