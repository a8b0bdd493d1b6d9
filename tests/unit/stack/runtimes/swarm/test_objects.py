"""What there is of a stack on a swarm, in one look."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from dockgate.core.plan import Plan, Step
from dockgate.engine.api import RefusedError
from dockgate.engine.swarm import Swarm
from dockgate.stack.runtimes.protocol import Order
from dockgate.stack.runtimes.swarm import objects
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import deployment
from tests.unit.stack.runtimes.swarm.manager import Manager

ORDER = Order(timeout=0.2)


def test_only_what_the_plan_names_is_created() -> None:
    """What another attempt created meanwhile is there; every other refusal is an error."""
    manager, wanted = Manager(), stacks.stack()
    [config, secret] = [each.name for each in wanted.contents]
    swarm, owned = Swarm(manager), {"owner": "shop"}

    def created(*names: str) -> list[list[str]]:
        plan = Plan((*(Step("create", name, "x") for name in names), Step("update", f"config {config}", "x")))
        objects.create(swarm, wanted, plan, owned)
        return [manager.names(kind) for kind in ("networks", "secrets", "configs")]

    assert created() == [[], [], []]
    assert created("network shop-prod_default") == [["shop-prod_default"], [], []]
    assert created("network shop-prod_default", f"secret {secret}") == [["shop-prod_default"], [secret], []]
    assert created(f"secret {secret}", f"config {config}") == [["shop-prod_default"], [secret], [config]]
    found = manager.named("secrets", secret)
    assert found
    assert found["Spec"] == {"Name": secret, "Data": base64.b64encode(b"pw").decode(), "Labels": owned}
    network = manager.named("networks", "shop-prod_default")
    assert network
    assert network["Spec"] == wanted.networks["shop-prod_default"]
    manager.request = _broken  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="broken"):
        created("network shop-prod_default")


def _broken(*_: Any, **__: Any) -> bytes:
    raise RefusedError("broken", 500)


def test_a_specification_names_its_contents_by_their_ids_too() -> None:
    """Which the swarm wants; one that is not there is a refusal."""
    manager, wanted = Manager(), stacks.stack()
    swarm = Swarm(manager)
    for each in wanted.contents:
        body = {"Name": each.name, "Labels": {}}
        swarm.create("secrets" if each.kind == "secrets" else "configs", body)
    for key, kind, word in (("api", "secrets", "Secret"), ("gateway", "configs", "Config")):
        spec = stacks.named(wanted, key).spec
        [used] = stacks.container(wanted, key)[f"{word}s"]
        found = manager.named(kind, used[f"{word}Name"])
        assert found
        expected = {**stacks.container(wanted, key), f"{word}s": [{**used, f"{word}ID": found["ID"]}]}
        task = {**spec["TaskTemplate"], "ContainerSpec": expected}
        assert objects.identified(swarm, spec) == {**spec, "TaskTemplate": task}
    with pytest.raises(RefusedError) as caught:
        objects.identified(Swarm(Manager()), stacks.named(wanted, "api").spec)
    name = stacks.container(wanted, "api")["Secrets"][0]["SecretName"]
    assert (caught.value.what, caught.value.status) == (f"the secret {name} is not on the swarm", 404)


def test_only_what_the_plan_names_is_pruned() -> None:
    """Of this stack; one that something uses after all stays, and the next goes."""
    manager = Manager()
    swarm, mine = Swarm(manager), {"com.docker.stack.namespace": "shop-prod"}
    for kind in ("secrets", "configs"):
        for name, label in (("a", mine), ("b", mine), ("c", {}), ("d", mine)):
            swarm.create(kind, {"Name": name, "Labels": label})
    real = manager.request

    def request(method: str, path: str, *more: Any) -> bytes:
        if (method, path) == ("DELETE", "/secrets/secrets1"):
            raise RefusedError("in use", 409)
        return real(method, path, *more)

    manager.request = request  # type: ignore[assignment,method-assign]
    steps = [f"{kind} {name}" for kind in ("secret", "config") for name in "abc"]
    plan = Plan((*(Step("prune", name, "x") for name in steps), Step("create", "secret d", "x")))
    objects.prune(swarm, plan, stacks.TARGET)
    assert (manager.names("secrets"), manager.names("configs")) == (["a", "c", "d"], ["c", "d"])


def test_all_that_there_is_of_a_stack_is_in_one_look() -> None:
    """Containers, tasks and nodes; nothing of another stack."""
    manager = Manager()
    wanted = stacks.stack()
    swarm = Swarm(manager)
    deployment(manager, stacks.shop(), ORDER).run()
    swarm.create("secrets", {"Name": "other", "Labels": {}})
    found = objects.look(swarm, stacks.TARGET)
    assert [each.key for each in found.services] == ["api", "db", "gateway", "migrate"]
    assert [one.service for one in found.containers] == ["api", "api", "db", "gateway", "migrate"]
    assert len(found.tasks) == 5
    assert found.nodes.keys() == {"n1"}
    assert found.networks == {"shop-prod_default"}
    assert {each for each in found.contents if ".good" not in each[1]} == {
        (each.kind, each.name) for each in wanted.contents
    }
    assert (found.each_node, found.lost, found.cut) == ({}, frozenset(), frozenset())


def test_a_service_of_each_node_says_how_many_there_should_be() -> None:
    """The manager counts the nodes; a service with replicas has the count of its files."""
    manager = Manager()
    shop = stacks.shop()
    shop["services"]["gateway"]["deploy"] = {"mode": "global"}
    deployment(manager, shop, ORDER).run()
    assert objects.look(Swarm(manager), stacks.TARGET).each_node == {"gateway": 1}
