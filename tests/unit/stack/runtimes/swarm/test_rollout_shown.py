"""What is shown of a deployment while it is under way, and said of it when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import rollout
from dockgate.stack.startup.outcome import State
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import deployment
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.stack.startup.outcome import Outcome, Row


class Listener:
    """Keeps what it is shown."""

    def __init__(self) -> None:
        self.shown: list[Mapping[str, Row]] = []
        self.closed = 0

    def update(self, rows: tuple[Row, ...]) -> None:
        self.shown.append({each.name: each for each in rows})

    def close(self) -> None:
        self.closed += 1


class Slow(Manager):
    """A manager whose API takes a few looks to run."""

    def _tasks(self, service: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = super()._tasks(service)
        if service["Spec"]["Name"].endswith("_api") and self.looks < 12:
            return [{**each, "Status": {**each["Status"], "State": "starting"}} for each in found]
        return found


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout, "LOOK", 0.01)


def deploy(manager: Manager, listener: Listener, mark: str = "a", *services: str) -> Outcome:
    return deployment(manager, stacks.shop(mark), Order(timeout=30.0, listener=listener, services=services)).run()


def test_a_row_has_a_beginning_and_an_end() -> None:
    """It waits, it starts, and when it has ended its time stands."""
    listener = Listener()
    outcome = deploy(Slow(), listener)
    assert listener.closed == 1
    states = [each["api"].state for each in listener.shown]
    assert list(dict.fromkeys(states)) == [State.WAITING, State.STARTING, State.HEALTHY]
    for each in (rows["api"] for rows in listener.shown):
        assert (each.started is None) is (each.state is State.WAITING)
        assert (each.ended is None) is (each.state is not State.HEALTHY)
    ends = {rows["db"].ended for rows in listener.shown if rows["db"].state is State.HEALTHY}
    assert len(ends) == 1
    assert all(each.seconds > 0 for each in outcome.services)
    assert (outcome.changed, outcome.failures) == (True, ())
    assert 0 < outcome.seconds < 30
    assert {each.name: each.image for each in outcome.services} == {
        name: stacks.image(name) for name in ("api", "db", "gateway", "migrate")
    }


def test_what_is_not_changed_stands_as_it_did() -> None:
    """And took no time; the job of before has ended."""
    manager, listener = Manager(), Listener()
    deploy(manager, listener)
    outcome = deploy(manager, Listener())
    assert (outcome.changed, [each.seconds for each in outcome.services]) == (False, [0.0] * 4)
    assert {each.name: each.outcome for each in outcome.services} == {
        "api": State.RUNNING,
        "db": State.RUNNING,
        "gateway": State.RUNNING,
        "migrate": State.COMPLETED,
    }


def test_a_part_of_a_stack_is_no_release_to_return_to() -> None:
    """What a failure returns to is kept of whole deployments only."""
    manager = Manager()
    outcome = deploy(manager, Listener(), "a", "db")
    assert {each.name: each.outcome for each in outcome.services} == {
        "db": State.HEALTHY,
        "migrate": State.COMPLETED,
        "api": State.STARTING,
        "gateway": State.STARTING,
    }
    assert [name for name in manager.names("configs") if ".good-" in name] == []
    deploy(manager, Listener())
    assert [name for name in manager.names("configs") if ".good-" in name] != []


def test_a_late_service_is_failed_and_its_time_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slow, "looks", property(lambda _: 0, lambda *_: None), raising=False)
    listener, manager = Listener(), Slow()
    outcome = deployment(manager, stacks.shop(), Order(timeout=0.1, listener=listener)).run()
    assert {each.name: each.outcome for each in outcome.services if each.seconds} == {
        "db": State.UNCHANGED,
        "migrate": State.COMPLETED,
        "api": State.FAILED,
    }
    [failure] = outcome.failures
    assert failure.service == "api"
