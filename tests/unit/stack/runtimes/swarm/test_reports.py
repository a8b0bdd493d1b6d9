"""Reports on services of a swarm that failed, or that are late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.stack.runtimes.swarm import reports, seen
from dockgate.stack.runtimes.swarm.verdict import Verdict
from dockgate.stack.startup.outcome import State
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from dockgate.engine.swarm import Swarm

LONG = "1234567890abcdef"


class Logs:
    """A swarm that is asked for logs alone; without a text its node does not answer."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.asked: list[Any] = []

    def logs(self, *words: Any) -> str:
        self.asked.append(words)
        if self.text is None:
            raise ToolFailedError("the node is away")
        return self.text


def there(*tasks: dict[str, Any]) -> seen.Seen:
    running = seen.services([{"ID": "s", "Spec": stacks.named(stacks.stack(), "api").spec}])
    return seen.Seen((), services=running, tasks=tasks, nodes=seen.nodes([stacks.node()], ""))


FAILED = stacks.task(LONG, "s", "failed", status={"Err": "exit (3)", "ContainerStatus": {"ExitCode": 3}})


@pytest.mark.parametrize(
    ("reason", "said"), [("it ended", "it ended (exit (3))"), ("it ended: exit (3)", "it ended: exit (3)")]
)
def test_a_failure_names_its_task_and_has_its_last_lines(reason: str, said: str) -> None:
    """What the swarm says of the task is said once."""
    swarm = Logs("".join(f"{number}\n" for number in range(30)))
    found = reports.failure(
        cast("Swarm", swarm), "api", Verdict(State.FAILED, reason=reason, task=FAILED), there(), 1.5
    )
    assert (found.service, found.container) == ("api", "task 1234567890ab on node-n1")
    assert (found.reason, found.seconds, found.exit_code) == (said, 1.5, 3)
    assert found.logs == tuple(map(str, range(10, 30)))
    assert swarm.asked == [("tasks", LONG, {"tail": "20"})]


def test_a_failure_without_a_task_and_one_on_a_node_that_is_away() -> None:
    nothing = Verdict(State.FAILED, reason="no node")
    found = reports.failure(cast("Swarm", Logs("x")), "api", nothing, there(), 1.0)
    assert (found.container, found.reason, found.exit_code, found.logs) == ("no task", "no node", None, ())
    away = {**FAILED, "NodeID": "n9", "Status": {"State": "failed"}}
    found = reports.failure(
        cast("Swarm", Logs(None)), "api", Verdict(State.FAILED, reason="x", task=away), there(), 1.0
    )
    assert (found.container, found.reason, found.exit_code, found.logs) == (
        "task 1234567890ab",
        "x (failed)",
        None,
        (),
    )


@pytest.mark.parametrize(
    ("tasks", "container", "why"),
    [
        ((), "no task", ""),
        ((stacks.task("1", "s"),), "no task", ""),
        ((stacks.task("1", "s", "pending", wanted="shutdown"),), "no task", ""),
        ((stacks.task("1", "other", "pending"),), "no task", ""),
        (
            (stacks.task("1", "s"), stacks.task("2", "s", "pending", status={"Message": "no node"})),
            "task 2 on node-n1",
            ": no node",
        ),
    ],
)
def test_what_is_late_names_the_task_that_does_not_run(
    tasks: tuple[dict[str, Any], ...], container: str, why: str
) -> None:
    """Of those that are wanted."""
    late = Verdict(State.STARTING, detail="1/2")
    found = reports.late(cast("Swarm", Logs("a\nb")), "api", late, there(*tasks), 60.4)
    assert (found.container, found.reason) == (container, f"is not up after 60 s (1/2){why}")
    assert found.logs == (("a", "b") if why else ())
    assert reports.late(cast("Swarm", Logs("")), "none", late, there(*tasks), 1.0).container == "no task"
