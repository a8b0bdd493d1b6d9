"""What a deployment changes, and why: the plan's text is what is compared."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from dockgate.core.plan import Effect
from dockgate.stack.runtimes.swarm import changes, seen
from tests.unit.stack.runtimes.swarm import stacks

NOW = stacks.stack()
THERE = stacks.deployed(NOW)


def lines(desired: Any, there: Any = THERE, services: tuple[str, ...] = ()) -> list[str]:
    """Return the plan's lines, without the names of secrets and configs."""
    return [str(step).replace("→", "to") for step in changes.plan(desired, there, services).steps]


def but(key: str, **fields: Any) -> seen.Seen:
    """Return the swarm, where a service's document has other fields."""
    changed = [
        seen.Running(each.key, {**each.document, **fields}) if each.key == key else each for each in THERE.services
    ]
    return replace(THERE, services=tuple(changed))


def test_nothing_changes_where_everything_is_as_it_should_be() -> None:
    assert lines(NOW) == []


def test_on_an_empty_swarm_everything_is_created_in_order() -> None:
    """Networks and contents first, then services after what they depend on."""
    found = lines(NOW, seen.Seen(()))
    assert found[0] == "create network shop-prod_default (is not there)"
    assert found[1].startswith("create config shop-prod_site-")
    assert found[2].startswith("create secret shop-prod_PASSWORD-")
    assert found[3:] == [
        "create db (is not there)",
        "run migrate (has not run)",
        "create api (is not there)",
        "create gateway (is not there)",
    ]


def test_a_new_image_runs_the_migration_and_updates_its_readers() -> None:
    found = lines(stacks.stack(stacks.shop("b")))
    assert found[0] == "run migrate (changed since it ran)"
    assert found[1] == f"update api (image sha256:{'a' * 12} to sha256:{'b' * 12}; start-first, 2 replicas)"
    assert found[2].startswith("prune job shop-prod_migrate-")


def test_the_same_content_under_another_name_changes_nothing() -> None:
    """Each release has tags of its own; a gateway that did not change keeps its port."""
    document = stacks.shop()
    for name in ("gateway", "migrate"):
        document["services"][name]["image"] = f"registry.example/{name}:2@sha256:{'a' * 64}"
    assert lines(stacks.stack(document)) == []


def test_causes_name_what_changed_and_no_value() -> None:
    variables = stacks.stack(stacks.shop(environment={"LEVEL": "debug", "NEW": "1"}))
    assert lines(variables) == ["update api (changed LEVEL, NEW, PRICE; start-first, 2 replicas)"]
    before = stacks.stack(stacks.shop(environment={"A": "x=1", "B": "x=2"}))
    after = stacks.stack(stacks.shop(environment={"A": "y=1", "B": "x=2"}))
    assert lines(after, stacks.deployed(before)) == ["update api (changed A; start-first, 2 replicas)"]
    replicas = stacks.stack(stacks.shop(deploy={"replicas": 3}))
    assert lines(replicas) == ["update api (replicas 2 to 3; start-first, 3 replicas)"]
    other = stacks.stack(stacks.shop(user="1:1"))
    assert lines(other) == ["update api (configuration changed; start-first, 2 replicas)"]


def test_a_gateway_that_changes_says_what_a_node_misses() -> None:
    document = stacks.shop()
    document["services"]["gateway"]["image"] = stacks.image("gateway", "c")
    [line] = lines(stacks.stack(document))
    assert "stop-first; port 8443 is closed on a node while its container is replaced" in line


def test_a_change_by_hand_is_seen_although_the_label_is_as_it_was() -> None:
    """`docker service update --image` keeps labels."""
    api = stacks.named(NOW, "api")
    task = {**api.spec["TaskTemplate"], "ContainerSpec": {**stacks.container(NOW, "api"), "Image": "x@sha256:1"}}
    found = lines(NOW, but("api", Spec={**api.spec, "TaskTemplate": task}))
    assert found == [f"update api (image sha256:1 to sha256:{'a' * 12}; start-first, 2 replicas)"]


def test_a_change_that_stopped_half_way_is_done_again() -> None:
    """The specification alone does not say that."""
    [line] = lines(NOW, but("api", UpdateStatus={"State": "paused", "Message": "too many failures"}))
    assert "its last change is not done: paused, too many failures" in line


def test_a_failed_job_runs_again_and_one_that_has_not_ended_is_waited_for() -> None:
    name = stacks.named(NOW, "migrate").name
    others = tuple(each for each in THERE.tasks if each["ServiceID"] != name)
    for state, cause in (("failed", "failed the last time"), ("running", "has not ended")):
        there = replace(THERE, tasks=(*others, stacks.task("2", name, state)))
        assert lines(NOW, there) == [f"run migrate ({cause})"]


def test_what_is_no_longer_in_the_files_is_removed_and_what_nothing_uses_pruned() -> None:
    document = stacks.shop()
    del document["services"]["gateway"]
    found = changes.plan(stacks.stack(document), THERE)
    assert [each.effect for each in found.steps] == [Effect.DESTROY, Effect.DESTROY]
    assert str(found.steps[0]) == "remove gateway (is not in the files)"
    assert str(found.steps[1]).startswith("prune config shop-prod_site-")


def test_a_part_of_a_stack_leaves_the_rest_alone() -> None:
    document = stacks.shop("b")
    assert [line.split()[1] for line in lines(stacks.stack(document), services=("api",))] == ["api"]
