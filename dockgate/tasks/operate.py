"""Tasks for a running stack: logs, exec, shell, open, restart."""

from __future__ import annotations

import select
import sys
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.tasks.framework import INTERRUPTED, TERMINATED, Session, command
from dockgate.tasks.stack import ENV, INSTANCE, WAIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.stack.runtimes.protocol import ExecRequest, Observed, Runtime

INTERRUPTIONS = frozenset({INTERRUPTED, TERMINATED})


@command(
    json=False,
    iterable=("service",),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "service": "only this service; repeatable",
        "follow": "follow the output until Ctrl-C",
        "tail": "number of lines to show from the end of each container's log; 0 shows all",
        "since": "only lines since this time, such as 10m or 2026-01-31T12:00:00",
        "timestamps": "start each line with its time (UTC)",
    },
)
def logs(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    service: Sequence[str] | None = None,
    follow: bool = False,
    tail: int = 0,
    since: str = "",
    timestamps: bool = False,
) -> None:
    """Show container logs."""
    from dockgate.stack import runtimes
    from dockgate.stack.runtimes.protocol import LogRequest

    target = session.target(env, instance)
    runtime = runtimes.of(session.project, target)
    _running(target, runtime, runtime.observe(), *(service or ()), anything=True)
    code = runtime.logs(LogRequest(tuple(service or ()), follow, tail, since, timestamps))
    if code and _unread():
        return
    if code in INTERRUPTIONS:
        raise SystemExit(code)
    if code:
        raise ToolFailedError(f"docker compose logs exited {code}", fix="see its output above")


@command(
    name="exec",
    json=False,
    iterable=("set",),
    help={
        "set": "environment variable for the command, as NAME=VALUE; repeatable; not for secrets",
        "env": ENV,
        "instance": INSTANCE,
        "service": "service to run the command in; the command follows --",
        "user": "user to run the command as (default: the container's user)",
    },
)
def exec_(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    service: str = "",
    user: str = "",
    set: Sequence[str] | None = None,  # noqa: A002 - the flag is called --set
) -> None:
    """Run a command in a running container, as in inv exec --env=dev --service=api -- CMD.

    stdin, stdout and the exit code pass through.
    """
    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if not words:
        raise ConfigError(
            "a command is required after --", fix=f"inv exec --env={env} --service={service or 'api'} -- CMD …"
        )
    from dockgate.stack.runtimes.protocol import ExecRequest

    request = ExecRequest(tuple(words), user, tuple(set or ()), terminal=_terminal())
    if code := _run(session, session.target(env, instance), service, request):
        raise SystemExit(code)


@command(json=False, help={"env": ENV, "instance": INSTANCE, "service": "service to open the shell in"})
def shell(session: Session, *, env: str = "", instance: str = "", service: str = "") -> None:
    """Open a shell in a running container."""
    from dockgate.stack.runtimes.protocol import ExecRequest

    target = session.target(env, instance)
    words = ("/bin/sh", "-c", "[ -x /bin/bash ] && exec /bin/bash; exec /bin/sh")
    code = _run(session, target, service, ExecRequest(words, terminal=_terminal()))
    if code in (126, 127):
        raise ToolFailedError(
            f"the image of {service} has no shell",
            fix=f"inv exec {target.flags} --service={service} -- CMD runs a program",
        )
    raise SystemExit(code)


@command(
    name="open",
    help={"env": ENV, "instance": INSTANCE, "service": "service whose page to open (default: the first that has one)"},
)
def open_(session: Session, *, env: str = "", instance: str = "", service: str = "") -> None:
    """Open the stack's page in a browser, and print its address."""
    import webbrowser

    from dockgate.stack import addresses, runtimes

    target = session.target(env, instance)
    runtime = runtimes.of(session.project, target)
    running = _running(target, runtime, runtime.observe(), *([service] if service else []))
    pages = [each for each in addresses.addresses(running) if each.web]
    if not pages:
        raise ToolFailedError(
            f"{service or target.project} publishes no port with a web page",
            fix=f"inv status {target.flags} shows the published ports",
        )
    session.show({"url": str(pages[0])}, str(pages[0]))
    if sys.stdout.isatty():
        webbrowser.open(str(pages[0]))


@command(
    json=False,
    iterable=("service",),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "service": "only this service; repeatable",
        "timeout": "seconds to wait until every service is healthy",
        "lock_wait": WAIT,
    },
)
def restart(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    service: Sequence[str] | None = None,
    timeout: int = 120,
    lock_wait: int = 0,
) -> None:
    """Restart services and wait until every service is healthy again."""
    from dockgate.stack import runtimes
    from dockgate.stack.runtimes.protocol import Order
    from dockgate.stack.startup import board
    from dockgate.system import audit, marks
    from dockgate.tasks import setup, unfinished

    target = session.target(env, instance)
    chosen = tuple(service or ())
    runtime = runtimes.of(session.project, target)
    with unfinished.stack(session, target, "restart", lock_wait):
        with unfinished.unchanged():
            observed = runtime.observe()
            _running(target, runtime, observed, *chosen)
            ready = setup.preview(session, target, (), fetched=True)
            steps = runtime.plan_restart(ready, observed, chosen)
        order = Order(timeout=float(timeout), listener=board.listener(sys.stderr, session.project.process))
        with marks.marked(session.project, target.lock, "restart", f"restart {target.flags}"):
            outcome = runtime.run(ready, observed, steps, order)
            how = "failed" if outcome.failed else "healthy"
            names = {step.target for step in steps.steps}
            done = ", ".join(sorted({one.service for one in observed.containers if one.name in names}))
            audit.record(session.project, "restart", how, environment=env, instance=instance, services=done)
    for failure in outcome.failures:
        session.say(str(failure))
    if outcome.failed:
        raise ToolFailedError(
            f"not healthy after the restart: {', '.join(outcome.failed)}", fix=f"inv logs {target.flags}"
        )
    session.say(f"healthy again after {outcome.seconds:.1f} s")


def _unread() -> bool:
    """Return whether stdout is a pipe that is no longer read, as behind `| head`: that is no failure."""
    watch = select.poll()
    watch.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in watch.poll(0))


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _run(session: Session, target: Target, service: str, request: ExecRequest) -> int:
    from dockgate.stack import runtimes

    if not service:
        raise ConfigError("--service is required", fix="--service=NAME")
    runtime = runtimes.of(session.project, target)
    return runtime.exec(_running(target, runtime, runtime.observe(), service)[0], request)


def _running(
    target: Target, runtime: Runtime, observed: Observed, *services: str, anything: bool = False
) -> list[Container]:
    """Return the running containers of these services; ToolFailedError where one of them has none."""
    from dockgate.core.suggest import near
    from dockgate.stack import ownership

    containers = observed.containers
    ownership.check(target, containers)
    known = {container.service for container in containers}
    up = f"inv {runtime.traits.command} {target.flags} starts it"
    if not containers:
        raise ToolFailedError(f"stack {target.project} does not exist", fix=up)
    for name in services:
        if name not in known:
            raise ConfigError(
                f"unknown service {name!r} in {target.project}." + near(name, known),
                fix=f"services: {', '.join(sorted(known))}",
            )
    found = [each for each in containers if (each.running or anything) and each.service in (services or known)]
    for name in services:
        if not any(each.service == name for each in found):
            raise ToolFailedError(f"{name} is not running", fix=up)
    return found


TASKS = (logs, exec_, shell, open_, restart)
