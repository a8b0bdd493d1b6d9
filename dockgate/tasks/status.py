"""The task that shows what a stack is like."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from dockgate.core.errors import ToolFailedError
from dockgate.tasks.framework import Session, command
from dockgate.tasks.stack import ENV, INSTANCE, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockgate.core.plan import Plan
    from dockgate.stack.status import ServiceStatus, StackStatus

DRIFTED = 10  # an exit code, as of `plan`; chosen: no error has it (core/errors.py)
AGAIN = 2.0  # seconds between two looks of --follow; chosen: a look costs a tenth of one


@command(
    iterable=("profile",),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "profile": PROFILE,
        "follow": "show it again whenever something changes, until Ctrl-C",
        "exit_code": "exit 10 if the stack runs, and is not what the files and the promoted release say",
    },
)
def status(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    profile: Sequence[str] | None = None,
    follow: bool = False,
    exit_code: bool = False,
) -> None:
    """Show each service's state, health and drift from the files; exit 5 unless all are healthy."""
    from dockgate.stack import runtimes
    from dockgate.stack import status as work
    from dockgate.tasks import setup, unfinished

    target = session.target(env, instance)
    unfinished.tell(session, target)
    runtime = runtimes.of(session.project, target)
    ready = setup.preview(session, target, tuple(profile or ()))

    def look() -> StackStatus:
        observed = runtime.observe()
        model = work.on_each_node(ready.composition.model, observed.each_node)
        containers, drift = observed.containers, _drift(runtime.plan(ready, observed))
        lives = runtime.lives(containers)
        return work.status(target.environment.name, model, containers, lives, drift, observed.cut)

    if follow:
        _follow(session, look)
    stack, up = look(), runtime.traits.command
    session.show(stack.as_json(), lambda: _rows(stack))
    if all(each.state == "absent" and each.wanted for each in stack.services):
        raise ToolFailedError(f"stack {target.project} does not exist", fix=f"inv {up} {target.flags} starts it")
    if not stack.healthy:
        raise ToolFailedError(
            f"not every service is healthy: {', '.join(each.said for each in stack.services if not each.good)}",
            fix=f"inv logs {target.flags} shows what happened; inv {up} {target.flags} starts what is missing",
        )
    if stack.drift and exit_code:
        raise SystemExit(DRIFTED)


def _follow(session: Session, look: Callable[[], StackStatus]) -> NoReturn:
    """Show the stack whenever something but time has changed, until it is interrupted."""
    import time

    seen: object = None
    while True:
        stack = look()
        known = (stack.drift, *((each.state, each.health, each.replicas, each.restarts) for each in stack.services))
        if known != seen:
            session.say(time.strftime("%H:%M:%S"))
            session.show(stack.as_json(), lambda: _rows(stack))  # noqa: B023 - called at once
        seen = known
        time.sleep(AGAIN)


def _drift(plan: Plan) -> Plan:
    """Return the steps that change containers: an image that is fetched each time is no difference."""
    from dockgate.core.plan import Plan

    return Plan(tuple(step for step in plan.steps if step.action not in {"pull", "build"}))


def _rows(stack: StackStatus) -> str:
    from dockgate.core import columns
    from dockgate.core.ago import ago
    from dockgate.tasks import screen

    often = any(each.restarts for each in stack.services)
    head = ("SERVICE", "STATE", "HEALTH", "REPLICAS", *(("RESTARTS",) if often else ()), "SINCE", "PORTS")
    rows = [
        (
            each.name,
            each.state,
            each.health,
            _replicas(each),
            *((str(each.restarts or ""),) if often else ()),
            ago(each.since) if each.since else "",
            " ".join(each.ports),
        )
        for each in stack.services
    ]
    last = len(head) - 1
    table = columns.align([head, *rows], width=screen.width(sys.stdout), least=(last, last - 1, 0))
    return "\n".join((table, *(f"differs: {step}" for step in stack.drift)))


def _replicas(service: ServiceStatus) -> str:
    """Return how many run of how many; a one-shot that is done lacks none."""
    return "" if service.state == "completed" else f"{service.replicas}/{service.wanted}"


TASKS = (status,)
