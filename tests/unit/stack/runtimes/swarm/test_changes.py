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
    named = dict(THERE.contents)
    assert found[1] == f"create config {named['configs']} (its content is not there yet)"
    assert found[2] == f"create secret {named['secrets']} (its content is not there yet)"
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
    port = {"target": 80, "published": "8080"}
    document["services"]["gateway"]["ports"] = [*document["services"]["gateway"]["ports"], port]
    [line] = lines(stacks.stack(document))
    assert line == (
        f"update gateway (image sha256:{'a' * 12} to sha256:{'c' * 12}; stop-first; "
        "port 8443, 8080 is closed on a node while its container is replaced)"
    )


def test_a_change_by_hand_is_seen_although_the_label_is_as_it_was() -> None:
    """`docker service update --image` keeps labels."""
    api = stacks.named(NOW, "api")
    task = {**api.spec["TaskTemplate"], "ContainerSpec": {**stacks.container(NOW, "api"), "Image": "x:2"}}
    found = lines(NOW, but("api", Spec={**api.spec, "TaskTemplate": task}))
    assert found == [f"update api (image x:2 to sha256:{'a' * 12}; start-first, 2 replicas)"]


def test_a_change_that_stopped_half_way_is_done_again() -> None:
    """The specification alone does not say that."""
    for state in ("paused", "updating"):
        assert lines(NOW, but("api", UpdateStatus={"State": state, "Message": "why"})) == [
            f"update api (its last change is not done: {state}, why; start-first, 2 replicas)"
        ]
    assert lines(NOW, but("api", UpdateStatus={"State": "completed", "Message": "why"})) == []


def test_a_failed_job_runs_again_and_one_that_has_not_ended_is_waited_for() -> None:
    name = stacks.named(NOW, "migrate").name
    others = tuple(each for each in THERE.tasks if each["ServiceID"] != name)
    for state, cause in (("failed", "failed the last time"), ("running", "has not ended")):
        there = replace(THERE, tasks=(*others, stacks.task("2", name, state)))
        assert lines(NOW, there) == [f"run migrate ({cause})"]


def test_a_job_is_complete_when_it_has_done_all_that_it_was_asked_for() -> None:
    """A part of it that failed is not done; one on each node is done once."""
    name = stacks.named(NOW, "migrate").name
    job = next(each for each in THERE.services if each.name == name)
    done, failed = stacks.task("1", name, "complete"), stacks.task("2", name, "rejected")
    for mode, tasks, complete in (
        ({"ReplicatedJob": {"TotalCompletions": 2}}, (done, failed), False),
        ({"ReplicatedJob": {"TotalCompletions": 2}}, (done, done), True),
        ({"GlobalJob": {}}, (done,), True),
        ({"ReplicatedJob": {}}, (failed,), False),
    ):
        found = seen.Running("migrate", {**job.document, "Spec": {**job.spec, "Mode": mode}})
        there = replace(THERE, tasks=tasks)
        assert changes.completed(found, there) is complete
        assert changes.failed_job(found, there) is (failed in tasks)


def test_every_cause_is_named() -> None:
    """In one line, and the label counts only where nothing else is known."""
    document = stacks.shop("b", environment={"LEVEL": "debug"}, deploy={"replicas": 3})
    document["configs"]["site"]["content"] = "bye"
    document["services"]["api"]["configs"] = [{"source": "site", "target": "/x"}]
    document["services"]["api"]["secrets"] = []
    there = but("api", UpdateStatus={"State": "rollback_paused", "Message": "why"})
    update = next(line for line in lines(stacks.stack(document), there) if line.startswith("update api"))
    assert update == (
        f"update api (image sha256:{'a' * 12} to sha256:{'b' * 12}; replicas 2 to 3; changed LEVEL, PRICE; "
        "secret /run/secrets/PASSWORD; config /x; its last change is not done: rollback_paused, why; "
        "start-first, 3 replicas)"
    )


def test_a_service_of_one_container_does_not_say_how_many() -> None:
    """One of each node does, and one that is counted in another way has no number to change."""
    assert lines(stacks.stack(stacks.changed("db", user="1"))) == ["update db (configuration changed; stop-first)"]
    spread = stacks.stack(stacks.shop(deploy={"mode": "global"}))
    assert lines(spread) == ["update api (configuration changed; start-first, each node replicas)"]
    assert lines(NOW, stacks.deployed(spread)) == ["update api (configuration changed; start-first, 2 replicas)"]


def test_what_is_no_longer_in_the_files_is_removed_and_what_nothing_uses_pruned() -> None:
    document = stacks.shop()
    del document["services"]["gateway"]
    found = changes.plan(stacks.stack(document), THERE)
    assert [each.effect for each in found.steps] == [Effect.DESTROY, Effect.DESTROY]
    assert str(found.steps[0]) == "remove gateway (is not in the files)"
    [config] = [name for kind, name in THERE.contents if kind == "configs"]
    assert str(found.steps[1]) == f"prune config {config} (nothing uses it any more)"


def test_a_job_that_was_replaced_is_pruned_and_one_that_is_no_more_removed() -> None:
    """The job of the release before keeps its result until another one has run."""
    steps = changes.plan(stacks.stack(stacks.shop("b")), THERE).steps
    name = stacks.named(NOW, "migrate").name
    assert str(steps[-1]) == f"prune job {name} (another one has run since)"
    assert steps[-1].effect is Effect.DESTROY
    document = stacks.shop()
    del document["services"]["migrate"], document["services"]["api"]["depends_on"]["migrate"]
    assert lines(stacks.stack(document))[-1] == "remove migrate (is not in the files)"


def test_an_external_content_is_not_created() -> None:
    document = stacks.shop()
    document["secrets"]["PASSWORD"] = {"name": "given", "external": True}
    created = [line.split(" (")[0] for line in lines(stacks.stack(document), seen.Seen(()))]
    [config] = [name for kind, name in THERE.contents if kind == "configs"]
    assert created[:3] == ["create network shop-prod_default", f"create config {config}", "create db"]


def test_a_part_of_a_stack_leaves_the_rest_alone() -> None:
    document = stacks.shop("b")
    assert [line.split()[1] for line in lines(stacks.stack(document), services=("api",))] == ["api"]
