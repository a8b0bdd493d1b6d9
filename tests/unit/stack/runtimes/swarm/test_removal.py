"""What goes away a moment later than it was told to: tasks, networks, volumes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dockgate.engine.api import RefusedError
from dockgate.stack.runtimes.swarm import removal


class Busy:
    """A manager and an engine that refuse a few times, then do it; `asked` is what they were asked for."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.asked: list[tuple[str, ...]] = []

    def remove(self, *words: str) -> None:
        self.asked.append(words)
        if self.refusals:
            raise self.refusals.pop(0)

    def remove_volume(self, *words: str) -> None:
        self.remove(*words)

    def tasks(self, *words: str) -> list[dict[str, Any]]:
        self.asked.append(words)
        states = ["complete", *(str(each) for each in self.refusals[:1])]
        self.refusals = self.refusals[1:]
        return [{"Status": {"State": state}} for state in states]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "LOOK", 0.0)


def refused(status: int) -> RefusedError:
    return RefusedError("in use", status=status)


@pytest.mark.parametrize("ask", ["tasks", "network", "volume"])
def test_patience_ends_after_a_minute(monkeypatch: pytest.MonkeyPatch, ask: str) -> None:
    """A look every third of a second; a node that is away ends its tasks later."""
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += 30.0

    monkeypatch.setattr(removal, "LOOK", 0.3)
    monkeypatch.setattr(removal, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    busy: Any = Busy(*([Exception("running")] * 9 if ask == "tasks" else [refused(409)] * 9))
    if ask == "tasks":
        removal._gone(busy, "mine")
    else:
        with pytest.raises(RefusedError):
            removal._patiently(busy, "n") if ask == "network" else removal._volumes(busy, ("a",))
    assert slept == [0.3, 0.3]


def test_tasks_are_waited_for_until_none_runs() -> None:
    """Whatever they do before they end."""
    busy: Any = Busy(*map(Exception, ("running", "starting", "preparing", "shutdown", "running")))
    removal._gone(busy, "mine")
    assert busy.asked == [("mine",)] * 4


def test_a_network_is_removed_when_the_last_container_has_left_it() -> None:
    busy: Any = Busy(refused(409), refused(409))
    removal._patiently(busy, "n")
    assert busy.asked == [("networks", "n")] * 3


def test_every_volume_is_removed_and_one_that_is_gone_is_none_the_worse() -> None:
    busy: Any = Busy(refused(409), refused(404), StopIteration())
    removal._volumes(busy, ("a", "b", "c"))
    assert busy.asked == [("a",), ("a",), ("b",), ("c",)]
