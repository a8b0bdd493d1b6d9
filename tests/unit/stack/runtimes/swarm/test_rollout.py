"""A deployment against a manager in memory: in order, judged by tasks, and taken back as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ToolFailedError
from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import changes, desired, objects, records, returning, rollout
from dockgate.stack.runtimes.swarm.rollout import Change, Rollout
from dockgate.stack.runtimes.swarm.settings import Settings
from dockgate.stack.startup.outcome import State
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import deployment
from tests.unit.stack.runtimes.swarm.manager import Killed, Manager, data

if TYPE_CHECKING:
    from dockgate.stack.startup.outcome import Outcome

ORDER = Order(timeout=0.2)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout, "LOOK", 0.01)
    monkeypatch.setattr(returning, "LOOK", 0.01)


def deploy(manager: Manager, mark: str = "a", order: Order = ORDER, **api: Any) -> Outcome:
    """Deploy the shop with images of a mark."""
    return deployment(manager, stacks.shop(mark, **api), order).run()


def test_each_service_has_the_login_of_its_images_registry() -> None:
    """Created, changed or returned: the swarm gives it to the nodes, which have none of their own."""
    manager = Manager()
    swarm = Swarm(manager, lambda image: f"login for {image}")
    for mark in "ab":
        wanted = stacks.stack(stacks.shop(mark))
        seen = objects.look(swarm, stacks.TARGET)
        plan = changes.plan(wanted, seen, ORDER.services)
        Rollout(Change(swarm, stacks.TARGET, wanted, seen, plan, ORDER)).run()
        asked = {step.target for step in plan.steps}
        images = {each.spec["TaskTemplate"]["ContainerSpec"]["Image"] for each in wanted.services if each.key in asked}
        assert {each.removeprefix("login for ") for each in manager.logins} == images != set()
        manager.logins.clear()


def states(outcome: Outcome) -> dict[str, State]:
    return {each.name: each.outcome for each in outcome.services}


def test_a_first_deployment_creates_everything_in_order() -> None:
    manager = Manager()
    outcome = deploy(manager)
    assert states(outcome) == {
        "db": State.HEALTHY,
        "migrate": State.COMPLETED,
        "api": State.HEALTHY,
        "gateway": State.HEALTHY,
    }
    created = [line.split()[-1].partition("-749")[0] for line in manager.said if "services/create" in line]
    assert [name.removeprefix("shop-prod_").partition("-")[0] for name in created] == [
        "db",
        "migrate",
        "api",
        "gateway",
    ]
    secret = next(name for name in manager.names("secrets"))
    found = manager.named("secrets", secret)
    assert found
    assert data(found) == b"pw"
    api = manager.named("services", "shop-prod_api")
    assert api
    assert api["Spec"]["TaskTemplate"]["ContainerSpec"]["Secrets"][0]["SecretID"] == found["ID"]


def test_a_new_release_updates_what_changed_and_prunes_the_old_job() -> None:
    manager = Manager()
    deploy(manager)
    before = len(manager.said)
    outcome = deploy(manager, "b")
    assert outcome.failures == ()
    written = [line for line in manager.said[before:] if "configs" not in line]
    assert [line.split()[0] for line in written] == ["POST", "POST", "DELETE"]
    assert manager.image("api") == stacks.image("api", "b")
    assert len([name for name in manager.names("services") if "migrate" in name]) == 1


def test_a_rotated_secret_leaves_no_old_one() -> None:
    manager = Manager()
    deploy(manager)
    [old] = manager.names("secrets")
    swarm, seen = Swarm(manager), objects.look(Swarm(manager), stacks.TARGET)
    wanted = desired.desired(stacks.prepared(stacks.shop(), PASSWORD="other"), Settings())
    change = Change(swarm, stacks.TARGET, wanted, seen, changes.plan(wanted, seen), ORDER)
    assert Rollout(change).run().failures == ()
    [new] = manager.names("secrets")
    assert old != new


@pytest.mark.parametrize("key", ["api", "migrate"])
def test_a_failure_anywhere_returns_every_service(key: str) -> None:
    """Also those that were as they should be by then."""
    manager = Manager()
    deploy(manager)
    manager.bad = {stacks.image(key, "b")}
    outcome = deploy(manager, "b", environment={"LEVEL": "debug"})
    assert [each.service for each in outcome.failures] == [key]
    assert states(outcome)[key] is State.FAILED
    assert manager.image("api") == stacks.image("api", "a")
    there = objects.look(Swarm(manager), stacks.TARGET)
    assert str(changes.plan(stacks.stack(), there)) == ""


def test_a_gateway_that_fails_takes_back_the_api_before_it() -> None:
    manager = Manager()
    deploy(manager)
    document = stacks.shop("b")
    document["services"]["gateway"]["image"] = bad = stacks.image("gateway", "c")
    manager.bad = {bad}
    outcome = deployment(manager, document, ORDER).run()
    assert states(outcome)["api"] is State.UNCHANGED
    assert manager.image("api") == stacks.image("api", "a")
    [failure] = outcome.failures
    assert "went back to what it was: update rolled back due to failure" in failure.reason


def test_a_service_that_dies_while_it_is_watched_is_a_failure() -> None:
    """After the swarm itself called it updated."""
    manager = Manager()
    deploy(manager)
    manager.looks, manager.dies = 0, {stacks.image("api", "b")}
    outcome = deploy(manager, "b", replace(ORDER, watch=0.5))
    assert [each.service for each in outcome.failures] == ["api"]
    assert outcome.failures[0].exit_code == 3
    assert manager.image("api") == stacks.image("api", "a")


def test_the_first_containers_are_watched_before_the_others_are_replaced() -> None:
    """Where several serve: if the new ones end, the old ones are still there."""
    manager = Manager()
    deploy(manager)
    deploy(manager, "b", replace(ORDER, watch=0.1))
    update = manager.held["shop-prod_api"]
    assert len(update) == 2
    assert (update[0]["Monitor"], update[0]["Delay"] > 3600e9) == (100_000_000, True)
    assert (update[1]["Monitor"], update[1]["Delay"]) == (5_000_000_000, 0)


def test_an_answer_that_is_wrong_returns_every_service() -> None:
    """The gateway answers, with another version."""
    manager = Manager()
    deploy(manager)

    def check(_: object) -> None:
        raise ToolFailedError("does not answer with its version")

    with pytest.raises(ToolFailedError, match="every service is as it was before"):
        deploy(manager, "b", replace(ORDER, check=check))
    assert manager.image("api") == stacks.image("api", "a")


def test_after_a_killed_deployment_a_failure_returns_to_what_was_last_good() -> None:
    """Not to the half of a release that the killed one left."""
    manager = Manager()
    deploy(manager)
    api = manager.named("services", "shop-prod_api")
    assert api
    api["Spec"] = dict(stacks.named(stacks.stack(stacks.shop("b")), "api").spec)
    manager.bad = {stacks.image("api", "c")}
    outcome = deploy(manager, "c")
    assert [each.service for each in outcome.failures] == ["api"]
    assert manager.image("api") == stacks.image("api", "a")


def test_an_operator_may_be_killed_before_each_change_and_the_next_deployment_completes_it() -> None:
    """Of the first deployment, and of an update; nothing is left over in the end."""
    for marks in ("a", "ab"):
        whole = Manager()
        for mark in marks:
            before = len(whole.said)
            deploy(whole, mark, replace(ORDER, watch=0.01))
        for step in range(before, len(whole.said)):
            manager = Manager()
            for mark in marks[:-1]:
                deploy(manager, mark, replace(ORDER, watch=0.01))
            manager.last = step
            with pytest.raises(Killed):
                deploy(manager, marks[-1], replace(ORDER, watch=0.01))
            manager.last = -1
            outcome = deploy(manager, marks[-1], replace(ORDER, watch=0.01))
            assert outcome.failures == ()
            assert manager.image("api") == stacks.image("api", marks[-1])
            there = objects.look(Swarm(manager), stacks.TARGET)
            assert str(changes.plan(stacks.stack(stacks.shop(marks[-1])), there)) == ""
            assert [name for name in manager.names("configs") if ".good-" in name]


def test_a_first_deployment_that_fails_stays_for_its_logs() -> None:
    """There is nothing to return to."""
    manager = Manager()
    manager.bad = {stacks.image("api")}
    outcome = deploy(manager)
    assert [each.service for each in outcome.failures] == ["api"]
    assert manager.image("api") == stacks.image("api")
    assert manager.image("gateway") == ""


def test_what_is_late_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager()
    real = Manager._tasks

    def tasks(self: Manager, service: Any) -> list[dict[str, Any]]:
        found = real(self, service)
        if service["Spec"]["Name"].endswith("_db"):
            for each in found:
                each["Status"] = {"State": "pending", "Err": "no suitable node (1 node not available)"}
        return found

    monkeypatch.setattr(Manager, "_tasks", tasks)
    [failure] = deploy(manager).failures
    assert "is not up after 0 s (0/1 · db.0" not in failure.reason
    assert failure.reason.startswith("is not up after 0 s (0/1")
    assert failure.reason.endswith("no suitable node (1 node not available)")


def test_what_went_well_is_what_the_next_failure_returns_to() -> None:
    manager = Manager()
    swarm = Swarm(manager)
    assert records.good(swarm, "shop-prod") == {}
    deploy(manager)
    assert set(records.good(swarm, "shop-prod")) == set(manager.names("services"))
    deploy(manager, "b")
    spec = records.good(swarm, "shop-prod")["shop-prod_api"]
    assert spec["TaskTemplate"]["ContainerSpec"]["Image"] == stacks.image("api", "b")
    assert len([name for name in manager.names("configs") if ".good-" in name]) == 1
