"""How a service stands: judged by its tasks and the swarm's own word, never by a count alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.stack.runtimes.swarm import seen, verdict
from dockgate.stack.startup.outcome import State
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from dockgate.stack.runtimes.swarm.verdict import Verdict

NOW = stacks.stack()
API, JOB = stacks.named(NOW, "api"), stacks.named(NOW, "migrate")
NODES = seen.nodes([stacks.node()])
OLD = {**API.spec["TaskTemplate"], "ContainerSpec": {**stacks.container(NOW, "api"), "Image": stacks.image("api", "0")}}


def task(slot: int, state: str = "running", **more: Any) -> dict[str, Any]:
    """Return a task of the new specification, unless another one is given."""
    return stacks.task(f"{slot}{state}", "api", state, **{"Slot": slot, "Spec": API.spec["TaskTemplate"], **more})


def judge(*tasks: dict[str, Any], new: bool = False, **document: Any) -> Verdict:
    """Return how the API stands, of which two replicas are wanted."""
    found = seen.Running("api", {"ID": "api", "Version": {"Index": 1}, "Spec": API.spec, **document})
    return verdict.judge(API, found, tasks, NODES, new=new)


def test_it_is_up_when_as_many_as_wanted_run_and_no_older_one_does() -> None:
    assert judge(task(1), task(2)).state is State.HEALTHY
    assert judge(task(1)).state is State.STARTING
    assert judge(task(1), task(2), task(3, Spec=OLD)).state is State.STARTING


def test_tasks_of_the_specification_before_do_not_count() -> None:
    """Right after an update they are all that there is, and they run."""
    assert judge(task(1, Spec=OLD), task(2, Spec=OLD)).state is State.STARTING


def test_an_update_that_the_swarm_has_not_ended_is_not_done() -> None:
    assert judge(task(1), task(2), UpdateStatus={"State": "updating"}).state is State.STARTING
    assert judge(task(1), task(2), UpdateStatus={"State": "completed"}).state is State.HEALTHY


def test_an_automatic_rollback_is_a_failure_whatever_runs() -> None:
    """The client of Docker exits 0 after one."""
    found = judge(task(1), task(2), UpdateStatus={"State": "rollback_completed", "Message": "too many failed"})
    assert (found.state, found.reason) == (State.FAILED, "went back to what it was: too many failed")


def test_another_operator_is_a_failure() -> None:
    other = {**API.spec, "Labels": {**API.spec["Labels"], "dev.dockgate.definition": "x"}}
    assert judge(task(1), Spec=other).reason == "was changed by something else meanwhile"
    assert verdict.judge(API, None, (), NODES, new=False).reason == "was removed while it was deployed"


def test_a_replica_that_ended_fails_an_update_and_a_new_service_after_three() -> None:
    """Something that it needs may come up beside it."""
    lost = [task(each, "failed", wanted="shutdown", status={"Err": "exit (1)"}) for each in (1, 2, 3)]
    assert judge(lost[0], task(1)).reason == "ends again and again: exit (1)"
    assert judge(lost[0], lost[1], task(1), new=True).state is State.STARTING
    assert judge(*lost, task(1), new=True).state is State.FAILED


def test_the_line_says_how_many_and_what_the_others_do() -> None:
    assert judge(task(1), task(2, "starting")).detail == "1/2 · api.2 starting on node-n1"
    assert judge(task(1), task(2, "pending", NodeID="")).detail == "1/2 · api.2 pending"


def test_a_job_is_done_or_has_failed() -> None:
    found = seen.Running("migrate", {"ID": "job", "Version": {"Index": 1}, "Spec": JOB.spec})
    for state, wanted in (("complete", State.COMPLETED), ("failed", State.FAILED), ("running", State.STARTING)):
        assert verdict.judge(JOB, found, (stacks.task("1", "job", state),), NODES, new=True).state is wanted


def test_what_waits_says_why() -> None:
    waiting = stacks.task("1", "job", "pending", status={"Err": "no suitable node"})
    assert verdict.pending((waiting,)) == "no suitable node"
    assert verdict.pending((stacks.task("1", "job"),)) == ""
