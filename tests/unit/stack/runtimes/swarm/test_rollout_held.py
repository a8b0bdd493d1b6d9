"""How long a deployment waits: for the first containers, for the others, and for what may still die."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.engine.containers import Port
from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import rollout
from dockgate.stack.startup.outcome import Failure, State
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import deployment
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.engine.containers import Container
    from dockgate.stack.startup.outcome import Outcome

ORDER = Order(timeout=1.0, watch=2.0)


class Slow(Manager):
    """A manager whose new API runs at a time of a clock that only sleeping moves."""

    def __init__(self, runs: float) -> None:
        super().__init__()
        self.now, self.runs = 1000.0, runs
        self.slept: list[float] = []
        self.updated: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def _tasks(self, service: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = super()._tasks(service)
        late = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == stacks.image("api", "b")
        waits = late and self.now < self.runs
        return [{**each, "Status": {**each["Status"], "State": "starting"}} for each in found] if waits else found

    def _update(self, entry: dict[str, Any], query: Mapping[str, str], body: Any) -> Any:
        self.updated.append(round(self.now, 3))
        return super()._update(entry, query, body)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Return a manager with a shop on it."""
    made = Slow(1001.0)
    monkeypatch.setattr(rollout, "LOOK", 0.5)
    monkeypatch.setattr(rollout, "time", SimpleNamespace(monotonic=lambda: made.now, sleep=made.sleep))
    deploy(made, "a", Order())
    made.slept.clear()
    return made


def deploy(manager: Manager, mark: str, order: Order, **api: Any) -> Outcome:
    return deployment(manager, stacks.shop(mark, **api), order).run()


def test_the_others_are_replaced_when_the_first_have_stayed(slow: Slow) -> None:
    """They are looked at until they run, and then for as long as they have to stay; a job has nothing to stay for."""
    outcome = deploy(slow, "b", replace(ORDER, timeout=1.2, watch=2.5))
    assert outcome.failures == ()
    assert slow.slept == [0.5] * 2 + [1.0, 1.0, 0.5]
    assert slow.updated == [1000.0, 1003.5]
    assert [each.seconds for each in outcome.services if each.name == "api"] == [3.5]


def test_first_containers_that_do_not_come_are_late(slow: Slow) -> None:
    """A look every half second; then every service is as it was."""
    slow.runs = 9999.0
    outcome = deploy(slow, "b", ORDER)
    assert slow.slept == [0.5] * 2
    said = "is not up after 1 s (0/2 · api.1 starting on node-n1 · api.1 starting on node-n1): starting"
    assert outcome.failures == (Failure("api", "task services6.1 on node-n1", said),)
    [api] = [each for each in outcome.services if each.name == "api"]
    assert (api.outcome, round(api.seconds, 3)) == (State.FAILED, 1.0)
    assert slow.image("api") == stacks.image("api")


@pytest.mark.parametrize(
    ("order", "api"),
    [
        (replace(ORDER, watch=0.0), {}),
        (ORDER, {"deploy": {"replicas": 1}}),
        (ORDER, {"deploy": {"replicas": 2, "update_config": {"parallelism": 2}}}),
        (ORDER, {"deploy": {"replicas": 2, "update_config": {"parallelism": 0}}}),
        (ORDER, {"deploy": {"replicas": 2, "update_config": {"order": "stop-first"}}}),
    ],
)
def test_where_none_can_be_tried_first_all_are_replaced_and_watched(
    slow: Slow, order: Order, api: dict[str, Any]
) -> None:
    """Without a time to stay, one at a time, all at once, or the old one ends before."""
    outcome = deploy(slow, "b", replace(order, timeout=1.2), **api)
    assert outcome.failures == ()
    assert slow.updated == [1000.0]
    assert slow.slept == [0.5] * 2 + ([1.0, 1.0] if order.watch else [])


def test_a_service_that_is_late_is_failed_at_its_time(slow: Slow) -> None:
    """With what its containers do."""
    slow.runs = 9999.0
    [failure] = deploy(slow, "b", replace(ORDER, watch=0.0)).failures
    assert failure.reason.startswith("is not up after 1 s (0/2 · api.1 starting on node-n1")
    assert slow.slept == [0.5] * 2


def test_a_whole_deployment_is_checked_at_its_end(slow: Slow) -> None:
    """By the containers that there are then."""
    seen: list[tuple[Container, ...]] = []
    outcome = deploy(slow, "a", replace(ORDER, check=seen.append))
    assert [[each.name for each in found] for found in seen] == [[each.name for each in outcome.containers]]
    assert {each.service for each in outcome.containers} == {"api", "db", "gateway", "migrate"}


def test_a_service_has_the_ports_of_all_its_containers(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once."""
    real = Slow._tasks
    port = {"TargetPort": 443, "PublishedPort": 8443, "Protocol": "tcp"}

    def tasks(manager: Slow, service: Mapping[str, Any]) -> list[dict[str, Any]]:
        ports = [port] if service["Spec"]["Name"] == "shop-prod_api" else []
        return [
            {**each, "Status": {**each["Status"], "PortStatus": {"Ports": ports}}} for each in real(manager, service)
        ]

    monkeypatch.setattr(Slow, "_tasks", tasks)
    outcome = deploy(slow, "a", ORDER)
    assert {each.name: each.ports for each in outcome.services if each.ports} == {
        "api": (Port(443, 8443, "10.0.0.1", "tcp"),)
    }


def test_what_is_not_changed_stands_as_its_manager_counts(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    """With less than it should have, it is not there yet."""
    real = Manager._shown

    def shown(manager: Manager, kind: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        less = {"ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 2}}
        return {**real(manager, kind, entry), **(less if entry["Spec"]["Name"] == "shop-prod_db" else {})}

    monkeypatch.setattr(Manager, "_shown", shown)
    outcome = deploy(slow, "a", ORDER)
    assert {each.name: each.outcome for each in outcome.services} == {
        "db": State.STARTING,
        "migrate": State.COMPLETED,
        "api": State.RUNNING,
        "gateway": State.RUNNING,
    }
