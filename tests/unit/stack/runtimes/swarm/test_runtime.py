"""The protocol of runtimes, on a manager in memory."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import LockedError, ToolFailedError
from dockgate.engine import swarm as api
from dockgate.engine.swarm import Swarm as Api
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.runtimes.swarm import lock, records
from dockgate.stack.runtimes.swarm.records import Record
from dockgate.stack.runtimes.swarm.seen import Seen
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import READY

if TYPE_CHECKING:
    from dockgate.stack.runtimes.swarm.runtime import Swarm
    from tests.unit.stack.runtimes.swarm.manager import Manager


def restart(runtime: Swarm, *services: str) -> Any:
    observed = runtime.observe()
    plan = runtime.plan_restart(READY, observed, services)
    return plan, runtime.run(READY, observed, plan, Order(timeout=1.0))


def test_what_was_deployed_is_observed_and_nothing_is_left_to_do(runtime: Swarm) -> None:
    observed = runtime.observe()
    assert {each.service for each in observed.containers} == {"db", "migrate", "api", "gateway"}
    assert not runtime.plan(READY, observed)
    assert runtime.plan(READY, Seen(()))
    assert not runtime.plan(READY, Observed(()))
    lives = runtime.lives(observed.containers)
    assert {each.since for each in lives.values()} == {"2026-11-28T12:00:00Z"}
    assert any("depends_on" in note for note in runtime.notes(READY))


def test_it_is_recorded_on_the_swarm(runtime: Swarm, manager: Manager) -> None:
    assert runtime.observe().services
    [record] = records.listed(Api(manager), "shop-prod")
    assert record == Record(record.at, "alice", "deploy", "done", "1.2", "")


def test_a_restart_is_a_new_container_of_the_same_specification(runtime: Swarm, manager: Manager) -> None:
    plan, outcome = restart(runtime, "api")
    assert str(plan) == "restart api (asked for; start-first)"
    assert outcome.failed == ()
    api, gateway = (manager.named("services", f"shop-prod_{key}") for key in ("api", "gateway"))
    assert api
    assert gateway
    assert api["Spec"]["TaskTemplate"]["ForceUpdate"] == 1
    assert "ForceUpdate" not in gateway["Spec"]["TaskTemplate"]
    assert not runtime.plan(READY, runtime.observe())
    _, outcome = restart(runtime)
    forced = {
        each["Spec"]["Name"].partition("-749")[0]: each["Spec"]["TaskTemplate"].get("ForceUpdate")
        for each in manager.objects["services"].values()
    }
    job = next(name for name in forced if "migrate" in name)
    assert forced == {"shop-prod_api": 2, "shop-prod_db": 1, "shop-prod_gateway": 1, job: None}
    record = records.listed(Api(manager), "shop-prod")[0]
    assert (record.action, record.result, outcome.failures) == ("restart", "done", ())
    plan = runtime.plan_restart(READY, runtime.observe(), ())
    shown = ["db (asked for; stop-first)", "api (asked for; start-first)", "gateway (asked for; stop-first)"]
    assert str(plan).splitlines() == [f"restart {each}" for each in shown]


def test_a_restart_changes_nothing_else(runtime: Swarm, manager: Manager) -> None:
    """Neither to what the files say now, nor what is not there."""
    ready = stacks.prepared(stacks.shop("b"))
    ready.composition.model.raw["services"]["more"] = {"image": stacks.image("more")}
    observed = runtime.observe()
    runtime.run(ready, observed, runtime.plan_restart(ready, observed, ("api",)), Order(timeout=1.0))
    assert manager.image("api") == stacks.image("api")


def test_a_one_shot_can_be_run_again(runtime: Swarm, manager: Manager) -> None:
    observed = runtime.observe()
    before = len(manager.said)
    plan = runtime.plan_jobs(READY, observed, ["migrate"])
    assert str(plan) == "run migrate (asked for)"
    runtime.run_jobs(READY, observed, plan, Order(("migrate",), 1.0))
    services = [line.split()[0] for line in manager.said[before:] if "services" in line]
    assert services == ["DELETE", "POST"]


def test_the_lock_is_held_on_the_swarm(runtime: Swarm, manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    with runtime.exclusive("deploy", 0.0, print):
        found = manager.named("configs", "shop-prod.lock")
        assert found
        owner = json.loads(found["Spec"]["Labels"][lock.OWNER])
        assert (owner["owner"], owner["message"]) == ("alice", "deploy")
    left = {lock.OWNER: "{", lock.EXPIRES: "2999-01-01T00:00:00+00:00"}
    ident = Api(manager).create("configs", api.blob("shop-prod.lock", b"", left))
    slept = list[float]()
    clock = iter((0.0, 1.0, 2.5))
    monkeypatch.setattr(lock, "time", SimpleNamespace(monotonic=clock.__next__, sleep=slept.append))
    with pytest.raises(LockedError):
        runtime.exclusive("deploy", 2.0, print).__enter__()
    assert slept == [0.5]
    Api(manager).remove("configs", ident)
    left[lock.EXPIRES] = "2026-01-01T00:00:00+00:00"
    Api(manager).create("configs", api.blob("shop-prod.lock", b"", left))
    said = list[str]()
    monkeypatch.setattr(lock, "time", time)
    with runtime.exclusive("deploy", 0.0, said.append):
        pass
    by = "a program that is not Dockgate"
    assert said == [f"an earlier command was killed and left the lock of this swarm: {by}; taken over"]
    assert "shop-prod.lock" not in manager.names("configs")


def test_a_failed_deployment_is_recorded_with_its_reason(runtime: Swarm, manager: Manager) -> None:
    ready = stacks.prepared(stacks.shop("b"))
    manager.bad = {stacks.image("api", "b")}
    observed = runtime.observe()
    outcome = runtime.run(ready, observed, runtime.plan(ready, observed), Order(timeout=1.0))
    assert outcome.failed == ("api",)
    record = records.listed(Api(manager), "shop-prod")[0]
    why = "api went back to what it was: update rolled back due to failure"
    assert record == Record(record.at, "alice", "deploy", "failed", "", why)


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        (ToolFailedError, "it\nbroke", "it"),
        (KeyboardInterrupt, "it\nbroke", "it"),
        (KeyboardInterrupt, "x" * 501, "x" * 500),
    ],
)
def test_a_deployment_that_was_broken_off_is_recorded(
    runtime: Swarm, manager: Manager, kind: type[BaseException], said: str, why: str
) -> None:
    """With the first line of its reason, and not more of one than can be read."""

    def broken(_: object) -> None:
        raise kind(said)

    observed = runtime.observe()
    with pytest.raises(kind):
        runtime.run(READY, observed, runtime.plan(READY, observed), Order(timeout=1.0, check=broken))
    record = records.listed(Api(manager), "shop-prod")[0]
    assert record == Record(record.at, "alice", "deploy", "failed", "1.2", why)
