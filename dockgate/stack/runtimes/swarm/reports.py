"""Reports on services that failed on a swarm: reason, node, exit code and the last lines of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.errors import DockgateError
from dockgate.stack.runtimes.swarm import verdict
from dockgate.stack.startup.outcome import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.engine.swarm import Swarm
    from dockgate.stack.runtimes.swarm.seen import Seen
    from dockgate.stack.runtimes.swarm.verdict import Verdict

LINES = 20  # of a log; chosen: an error with its traceback


def failure(swarm: Swarm, key: str, found: Verdict, now: Seen, seconds: float) -> Failure:
    """Return the report on a service that failed."""
    task = found.task
    code = (((task or {}).get("Status") or {}).get("ContainerStatus") or {}).get("ExitCode")
    said = f"{found.reason} ({verdict.reason(task)})" if task and verdict.reason(task) not in found.reason else ""
    return Failure(key, _where(task, now), said or found.reason, seconds, code, logs=lines(swarm, task))


def late(swarm: Swarm, key: str, found: Verdict, now: Seen, seconds: float) -> Failure:
    """Return the report on a service that is not as it should be in time."""
    there = next((each for each in now.services if each.key == key), None)
    tasks = [each for each in (now.of(there) if there else ()) if each["DesiredState"] == "running"]
    task = next((each for each in tasks if each["Status"]["State"] != "running"), None)
    why = f": {verdict.reason(task)}" if task else ""
    said = f"is not up after {seconds:.0f} s ({found.detail}){why}"
    return Failure(key, _where(task, now), said, logs=lines(swarm, task))


def lines(swarm: Swarm, task: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the last lines of a task, none where its node does not answer."""
    if task is None:
        return ()
    try:
        return tuple(swarm.logs("tasks", str(task["ID"]), {"tail": str(LINES)}).splitlines()[-LINES:])
    except DockgateError:
        return ()


def _where(task: Mapping[str, Any] | None, now: Seen) -> str:
    if task is None:
        return "no task"
    node = now.nodes.get(task.get("NodeID") or "")
    return f"task {task['ID'][:12]}" + (f" on {node.name}" if node else "")
