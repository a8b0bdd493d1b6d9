"""How a service stands: judged by its tasks and the swarm's own word, never by a count alone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.stack.runtimes.swarm import seen, services, verdict
from dockgate.stack.runtimes.swarm.verdict import Verdict
from dockgate.stack.startup.outcome import State
from tests.unit.stack.runtimes.swarm import stacks

NOW = stacks.stack()
API, JOB = stacks.named(NOW, "api"), stacks.named(NOW, "migrate")
NODES = seen.nodes([stacks.node()], "")
OLD = {**API.spec["TaskTemplate"], "ContainerSpec": {**stacks.container(NOW, "api"), "Image": stacks.image("api", "0")}}


def task(slot: int | None, state: str = "running", **more: Any) -> dict[str, Any]:
    """Return a task of the new specification, unless another one is given."""
    return stacks.task(f"{slot}{state}", "api", state, **{"Slot": slot, "Spec": API.spec["TaskTemplate"], **more})


def judge(*tasks: dict[str, Any], new: bool = False, **document: Any) -> Verdict:
    """Return how the API stands, of which two replicas are wanted."""
    found = seen.Running("api", {"ID": "api", "Version": {"Index": 1}, "Spec": API.spec, **document})
    return verdict.judge(API, found, tasks, NODES, new=new)


def test_it_is_up_when_as_many_as_wanted_run_and_no_older_one_does() -> None:
    """Right after an update older ones are all that there is, and they run."""
    assert judge(task(1), task(2)).state is State.HEALTHY
    assert judge(task(1)).state is State.STARTING
    assert judge(task(1), task(2), task(3, Spec=OLD)).state is State.STARTING
    assert judge(task(1, Spec=OLD), task(2, Spec=OLD)).state is State.STARTING


def test_an_update_that_the_swarm_has_not_ended_is_not_done() -> None:
    assert judge(task(1), task(2), UpdateStatus={"State": "updating"}).state is State.STARTING
    assert judge(task(1), task(2), UpdateStatus={"State": "completed"}).state is State.HEALTHY


def test_an_automatic_rollback_is_a_failure_whatever_runs() -> None:
    """The client of Docker exits 0 after one."""
    lost = task(3, "failed", wanted="shutdown", Spec=OLD)
    for state in ("paused", "rollback_started", "rollback_paused", "rollback_completed"):
        found = judge(task(1), task(2), lost, UpdateStatus={"State": state, "Message": "too many failed"})
        assert found == Verdict(State.FAILED, "2/2", "went back to what it was: too many failed", lost)
    assert judge(task(1), UpdateStatus={"State": "paused"}).task is None


def test_another_operator_is_a_failure() -> None:
    other = {**API.spec, "Labels": {**API.spec["Labels"], "dev.dockgate.definition": "x"}}
    assert judge(task(1), Spec=other) == Verdict(State.FAILED, "1/2", "was changed by something else meanwhile")
    gone = verdict.judge(API, None, (), NODES, new=False)
    assert gone == Verdict(State.FAILED, reason="was removed while it was deployed")


def test_a_replica_that_ended_fails_an_update_and_a_new_service_after_three() -> None:
    """Something that it needs may come up beside it."""
    lost = [task(each, "failed", wanted="shutdown", status={"Err": "exit (1)"}) for each in (1, 2, 3)]
    assert judge(lost[0], task(1)) == Verdict(State.FAILED, "1/2", "ends again and again: exit (1)", lost[0])
    assert judge(lost[0], lost[1], task(1), new=True).state is State.STARTING
    assert judge(*lost, task(1), new=True).state is State.FAILED


def test_the_line_says_how_many_and_what_the_others_do() -> None:
    assert judge(task(1), task(2, "starting")).detail == "1/2 · api.2 starting on node-n1"
    assert judge(task(1), task(2, "pending", NodeID="")).detail == "1/2 · api.2 pending"
    old = task(9, "running", wanted="shutdown")
    many = [task(each, "new", NodeID=None) for each in (None, 2, 3, 4)]
    assert judge(old, *many).detail == "0/2 · api.1 new · api.2 new · api.3 new"


def test_a_service_of_each_node_is_as_many_as_its_manager_counts() -> None:
    """None before it has counted."""
    spec = {**API.spec, "Mode": {"Global": {}}}
    wanted = of_spec(API, spec)
    for count, up, state in ((1, "1/1", State.HEALTHY), (2, "1/2", State.STARTING)):
        counted = {"ServiceStatus": {"RunningTasks": 0, "DesiredTasks": count}}
        found = seen.Running("api", {"ID": "api", "Spec": spec, **counted})
        assert verdict.judge(wanted, found, [task(1)], NODES, new=False) == Verdict(state, up)


def of_spec(wanted: services.Wanted, spec: dict[str, Any]) -> services.Wanted:
    return replace(wanted, spec=spec)


def test_without_a_health_check_it_runs() -> None:
    """That is all that is known."""
    container = {key: value for key, value in stacks.container(NOW, "api").items() if key != "Healthcheck"}
    spec = {**API.spec, "TaskTemplate": {**API.spec["TaskTemplate"], "ContainerSpec": container}}
    tasks = [task(each, Spec=spec["TaskTemplate"]) for each in (1, 2)]
    assert judge(*tasks, Spec=spec) == Verdict(State.RUNNING, "2/2")


@pytest.mark.parametrize(
    ("tasks", "begun"),
    [
        ([task(1)], True),
        ([task(1, "starting"), task(2, wanted="shutdown"), task(3, Spec=OLD)], False),
        ([task(1, Spec={**API.spec["TaskTemplate"], "ForceUpdate": 1})], False),
        ([task(1, Spec={**API.spec["TaskTemplate"], "Placement": {"other": 1}})], True),
    ],
)
def test_a_change_has_begun_when_as_many_run_as_are_replaced_at_a_time(
    tasks: list[dict[str, Any]], *, begun: bool
) -> None:
    """Of its specification; where they may run does not make another container."""
    found = seen.Running("api", {"ID": "api", "Spec": API.spec})
    assert verdict.begun(API, found, tasks) is begun
    assert not verdict.begun(API, None, tasks)


def test_a_job_is_done_or_has_failed() -> None:
    found = seen.Running("migrate", {"ID": "job", "Version": {"Index": 1}, "Spec": JOB.spec})
    waits = stacks.task("1", "job", "pending", status={"Message": "no node"})
    lost = stacks.task("1", "job", "rejected", status={"Err": "no image", "Message": "x"})
    for tasks, wanted in (
        ([stacks.task("1", "job", "complete")], Verdict(State.COMPLETED)),
        ([stacks.task("1", "job", "failed")], Verdict(State.FAILED, "", "failed", stacks.task("1", "job", "failed"))),
        ([stacks.task("1", "job", "complete"), lost], Verdict(State.FAILED, "", "no image", lost)),
        ([stacks.task("1", "job")], Verdict(State.STARTING)),
        ([waits], Verdict(State.STARTING, "no node")),
        ([], Verdict(State.STARTING)),
    ):
        assert verdict.judge(JOB, found, tasks, NODES, new=True) == wanted
    spread = of_spec(JOB, {**JOB.spec, "Mode": {"GlobalJob": {}}})
    done = [stacks.task("1", "job", "complete")]
    assert verdict.judge(spread, found, done, NODES, new=True) == Verdict(State.COMPLETED)
    assert verdict.judge(spread, found, (), NODES, new=True) == Verdict(State.STARTING)


def test_what_waits_says_why() -> None:
    waiting = stacks.task("1", "job", "pending", status={"Err": "no suitable node"})
    assert verdict.pending((waiting,)) == "no suitable node"
    assert verdict.pending((stacks.task("1", "job"), {**waiting, "DesiredState": "shutdown"}, waiting)) != ""
    assert verdict.pending((stacks.task("1", "job"), {**waiting, "DesiredState": "shutdown"})) == ""
