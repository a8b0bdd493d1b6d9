"""How a service stands during a deployment, judged by its tasks and the swarm's own word: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.stack.startup.outcome import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockgate.stack.runtimes.swarm.seen import Node, Running
    from dockgate.stack.runtimes.swarm.services import Wanted

BACK = frozenset({"paused", "rollback_started", "rollback_paused", "rollback_completed"})
DONE = frozenset({"", "completed"})
ENDED = frozenset({"failed", "rejected"})
# A new service may lose a container to something that comes up beside it; chosen: a swarm waits five seconds each time.
ATTEMPTS = 3
ALIKE = ("ContainerSpec", "Resources", "ForceUpdate")


class Verdict(Struct, frozen=True):
    """One service now: its state, what is to be shown of it, and where it failed the reason and the task."""

    state: State
    detail: str = ""
    reason: str = ""
    task: Mapping[str, Any] | None = None


def judge(
    wanted: Wanted, found: Running | None, tasks: Sequence[Mapping[str, Any]], nodes: Mapping[str, Node], *, new: bool
) -> Verdict:
    """Return how a service stands that was given its specification; `new`: there was none before."""
    if found is None:
        return Verdict(State.FAILED, reason="was removed while it was deployed")
    if wanted.job:
        return _job(wanted, tasks)
    ours = [each for each in tasks if current(each, found)]
    lost = [each for each in ours if each["Status"]["State"] in ENDED]
    detail = _detail(wanted, found, ours, nodes)
    state, message = found.update
    if state in BACK or found.digest != wanted.digest:
        why = f"went back to what it was: {message}" if state in BACK else "was changed by something else meanwhile"
        return Verdict(State.FAILED, detail, why, next(iter(_ended(tasks)), None))
    if len(lost) >= (ATTEMPTS if new else 1):
        return Verdict(State.FAILED, detail, f"ends again and again: {reason(lost[0])}", lost[0])
    if state in DONE and _all_run(found, tasks, ours):
        up = State.HEALTHY if found.spec["TaskTemplate"]["ContainerSpec"].get("Healthcheck") else State.RUNNING
        return Verdict(up, detail)
    return Verdict(State.STARTING, detail)


def begun(wanted: Wanted, found: Running | None, tasks: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the first containers of a change run: as many as are replaced at a time."""
    running = (each for each in tasks if _wanted(each) and each["Status"]["State"] == "running")
    return found is not None and sum(current(each, found) for each in running) >= wanted.parallel


def current(task: Mapping[str, Any], found: Running) -> bool:
    """Return whether a task is of the specification that its service has now."""
    template = found.spec["TaskTemplate"]
    return all(task["Spec"].get(part) == template.get(part) for part in ALIKE)


def reason(task: Mapping[str, Any]) -> str:
    """Return why a task is not running, in the swarm's words."""
    status = task["Status"]
    return str(status.get("Err") or status.get("Message") or status["State"])


def pending(tasks: Sequence[Mapping[str, Any]]) -> str:
    """Return why tasks wait, empty where none does."""
    return next((reason(each) for each in tasks if each["Status"]["State"] == "pending" and _wanted(each)), "")


def _job(wanted: Wanted, tasks: Sequence[Mapping[str, Any]]) -> Verdict:
    done = sum(each["Status"]["State"] == "complete" for each in tasks)
    if lost := next(iter(_ended(tasks)), None):
        return Verdict(State.FAILED, reason=reason(lost), task=lost)
    if done >= max(wanted.replicas, 1):
        return Verdict(State.COMPLETED)
    return Verdict(State.STARTING, pending(tasks))


def _ended(tasks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in tasks if each["Status"]["State"] in ENDED]


def _wanted(task: Mapping[str, Any]) -> bool:
    return bool(task["DesiredState"] == "running")


def _all_run(found: Running, tasks: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether as many as wanted run, and nothing of an older specification is wanted any more."""
    running = [each for each in ours if _wanted(each) and each["Status"]["State"] == "running"]
    wanted = [each for each in tasks if _wanted(each)]
    replicas = (found.spec["Mode"].get("Replicated") or {}).get("Replicas", found.counts[1])
    return len(running) == len(wanted) >= int(replicas)


def _detail(wanted: Wanted, found: Running, ours: Sequence[Mapping[str, Any]], nodes: Mapping[str, Node]) -> str:
    """Return `1/2 · api.2 starting on node2`: how many are new, and what the others are doing."""
    up = sum(each["Status"]["State"] == "running" and _wanted(each) for each in ours)
    coming = [each for each in ours if _wanted(each) and each["Status"]["State"] != "running"]
    words = [f"{wanted.key}.{each.get('Slot') or 1} {each['Status']['State']}" + _place(each, nodes) for each in coming]
    return " · ".join([f"{up}/{wanted.replicas or found.counts[1]}", *words[:3]])


def _place(task: Mapping[str, Any], nodes: Mapping[str, Node]) -> str:
    node = nodes.get(task.get("NodeID") or "")
    return f" on {node.name}" if node else ""
