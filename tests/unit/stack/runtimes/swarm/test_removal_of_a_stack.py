"""What goes of a deployed stack, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Effect
from dockgate.engine.swarm import Swarm as Api
from dockgate.stack.runtimes.protocol import Removed
from dockgate.stack.runtimes.swarm import records, removal
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import Volumes

if TYPE_CHECKING:
    from dockgate.stack.runtimes.swarm.runtime import Swarm
    from tests.unit.stack.runtimes.swarm.manager import Manager


def test_down_removes_all_but_volumes_and_records(runtime: Swarm, manager: Manager) -> None:
    stack = runtime.holdings()
    plan = runtime.plan_removal(stack, volumes=False)
    services, [secret] = manager.names("services"), manager.names("secrets")
    config = next(name for name in manager.names("configs") if "_site-" in name)
    assert str(plan).splitlines() == [
        *(f"remove {name} (service)" for name in services),
        "remove shop-prod_default (network)",
        f"remove {config} (config)",
        f"remove {secret} (secret)",
    ]
    assert {step.effect for step in plan.steps} == {Effect.DESTROY}
    names = tuple(one.name for one in runtime.observe().containers)
    assert runtime.remove(stack, plan) == Removed(names, ("shop-prod_default",), ())
    last, first = records.listed(Api(manager), "shop-prod")
    assert (last, first.action) == (records.Record(last.at, "alice", "down", "done"), "deploy")
    assert [manager.names(kind) for kind in ("services", "networks", "secrets")] == [[], [], []]
    assert all(".record-" in name for name in manager.names("configs"))
    assert len(Volumes.asked) == 2  # when it was looked at
    assert Volumes.left == ("shop-prod_data",)


def test_volumes_are_removed_where_that_is_asked_for(runtime: Swarm) -> None:
    stack = runtime.holdings()
    owned = ["dev.dockgate.project=shop", "dev.dockgate.environment=prod", "dev.dockgate.instance="]
    assert Volumes.asked == [stacks.TARGET.endpoint, owned]
    plan = runtime.plan_removal(stack, volumes=True)
    assert str(plan.steps[-1]) == "remove shop-prod_data (volume, with all data in it)"
    removed = runtime.remove(stack, plan)
    assert removed.volumes == ("shop-prod_data",)
    assert Volumes.left == ()
    assert Volumes.asked[2:] == [stacks.TARGET.endpoint]


def test_what_stays_after_down_is_an_error(runtime: Swarm, manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    """With each of its names."""
    stack = runtime.holdings()
    plan = runtime.plan_removal(stack, volumes=False)
    [secret] = manager.names("secrets")
    config = next(name for name in manager.names("configs") if "_site-" in name)
    services = manager.names("services")
    monkeypatch.setattr(Api, "remove", lambda *_: True)
    monkeypatch.setattr(removal, "_gone", lambda *_: None)
    with pytest.raises(ToolFailedError) as caught:
        runtime.remove(stack, plan)
    first, _, last = caught.value.what.removeprefix("still present after down: ").partition(", shop-prod_default, ")
    assert first.split(", ") == services
    assert set(last.split(", ")) == {secret, config}
    assert caught.value.fix == "inv down again"
