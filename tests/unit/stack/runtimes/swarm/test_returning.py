"""The way back: when every service is what it was, and what is said of one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec.structs import replace

from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.swarm import objects, returning, seen
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from dockgate.stack.runtimes.swarm.seen import Seen
    from dockgate.stack.startup.outcome import Failure


def swarm(state: str = "completed", **task: Any) -> Seen:
    """Return a swarm with the shop and two containers of its API; `task` is said of one."""
    found = stacks.stack()
    there = stacks.deployed(found)
    documents = [{**each.document, "UpdateStatus": {"State": state}} for each in there.services]
    api = next(each for each in there.tasks if each["ServiceID"] == "shop-prod_api")
    template = stacks.named(found, "api").spec["TaskTemplate"]
    pair = ({**api, "ID": "2", "Spec": template}, {**api, "ID": "3", "Spec": template, **task})
    others = [each for each in there.tasks if each is not api]
    specs = {each.name: each.spec["TaskTemplate"] for each in found.services}
    tasks = (*({**each, "Spec": specs[each["ServiceID"]]} for each in others), *pair)
    return replace(there, services=seen.services(documents), tasks=tuple(tasks))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Seen]:
    """Return what is seen in turn; the last one stays."""
    turns: list[Seen] = []
    monkeypatch.setattr(objects, "look", lambda *_: turns.pop(0) if len(turns) > 1 else turns[0])
    monkeypatch.setattr(returning, "LOOK", 0.01)
    return turns


def back(timeout: float) -> tuple[Failure, ...]:
    return returning.back(Swarm(Manager()), stacks.TARGET, swarm(), {}, timeout)


def test_each_service_is_given_what_it_was(looks: list[Seen]) -> None:
    """What is new goes, what is gone is made again; a job is left, and never run again."""
    there = swarm()
    api, db, gateway, job = (
        next(each for each in there.services if each.key == key) for key in ("api", "db", "gateway", "migrate")
    )
    good = {
        "shop-prod_api": {**api.spec, "Labels": {"from": "good"}},
        job.name + "x": job.spec,
        "shop-prod_more": {**db.spec, "Name": "shop-prod_more"},
    }
    new = {**db.document, "ID": "new", "Spec": {**db.spec, "Name": "shop-prod_new"}}
    good["shop-prod_everywhere"] = {**job.spec, "Name": "shop-prod_everywhere", "Mode": {"GlobalJob": {}}}
    other_job = {**job.document, "Spec": {**job.spec, "Labels": {}}}
    job_of_good = {**job.document, "ID": "job of good", "Spec": {**job.spec, "Name": job.name + "x"}}
    now = seen.services([api.document, gateway.document, new, other_job, job_of_good])
    looks += [replace(there, services=now), replace(there, services=())]
    manager = Told()
    assert returning.back(cast("Swarm", manager), stacks.TARGET, there, good, 0.0) == ()
    assert manager.said == [
        ("update", "services", api.document, good["shop-prod_api"]),
        ("remove", "services", "job of good"),
        ("remove", "services", "new"),
        ("create", "services", db.spec),
        ("create", "services", good["shop-prod_more"]),
    ]


@pytest.mark.parametrize(
    ("state", "differs"),
    [
        ("", False),
        ("completed", False),
        ("rollback_completed", False),
        ("updating", True),
        ("paused", True),
        ("rollback_started", True),
        ("rollback_paused", True),
    ],
)
def test_a_service_on_its_way_elsewhere_is_given_its_specification_again(state: str, *, differs: bool) -> None:
    """And one that has another."""
    found = swarm(state).services[0]
    assert returning.differs(found, found.spec) is differs
    assert returning.differs(found, {**found.spec, "Labels": {}})


class Told:
    """A swarm that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def update(self, kind: str, document: object, spec: object) -> None:
        self.said.append(("update", kind, document, spec))

    def remove(self, kind: str, ident: str) -> None:
        self.said.append(("remove", kind, ident))

    def create(self, kind: str, spec: object) -> None:
        self.said.append(("create", kind, spec))


LATE: dict[str, tuple[str, dict[str, Any]]] = {
    "a container that starts": ("completed", {"Status": {"State": "starting"}}),
    "a container of the release that failed": ("completed", {"Spec": {"ContainerSpec": {"Image": "other"}}}),
    "a container too few": ("completed", {"DesiredState": "shutdown"}),
}


@pytest.mark.parametrize("what", LATE)
def test_it_is_waited_for(looks: list[Seen], what: str) -> None:
    """Until each container runs as before; one that does not in time is a failure of its service."""
    state, task = LATE[what]
    looks += [swarm(), swarm(state, **task), swarm(state, **task), swarm()]
    assert back(30.0) == ()
    assert len(looks) == 1
    looks[:] = [swarm(), swarm(state, **task)]
    [failure] = back(0.05)
    assert (failure.service, failure.container, failure.seconds) == ("api", "shop-prod_api", 0.05)
    assert failure.reason == "did not come back to what it was before"


def test_a_service_of_each_node_is_up_when_its_manager_counts_no_more(looks: list[Seen]) -> None:
    """One container for each node that takes one."""
    there = swarm()
    api = next(each for each in there.services if each.key == "api")
    for count, back_again in ((2, True), (3, False)):
        document = {
            **api.document,
            "Spec": {**api.spec, "Mode": {"Global": {}}},
            "ServiceStatus": {"DesiredTasks": count},
        }
        others = [each.document for each in there.services if each is not api]
        looks[:] = [there, replace(there, services=seen.services([*others, document]))]
        assert (back(0.0) == ()) is back_again


@pytest.mark.parametrize("state", ["", "completed", "rollback_completed"])
def test_the_swarm_may_have_been_faster(looks: list[Seen], state: str) -> None:
    looks += [swarm(), swarm(state)]
    assert back(0.0) == ()


def test_a_change_that_is_under_way_is_none_that_came_back(looks: list[Seen]) -> None:
    """All but the job are named: it does not run again."""
    looks += [swarm(), swarm("updating")]
    assert [each.service for each in back(0.0)] == ["api", "db", "gateway"]


def test_where_nothing_was_there_nothing_is_waited_for(looks: list[Seen]) -> None:
    before = replace(swarm(), services=())
    assert returning.back(Swarm(Manager()), stacks.TARGET, before, {}, 0.0) == ()
    assert looks == []
