"""Tasks that run something once on what `up` would start: a command, or the one-shots that others wait for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.tasks.framework import Session, command
from dockgate.tasks.stack import ENV, INSTANCE, WAIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.compose.model import Model


@command(
    json=False,
    iterable=("set",),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "service": "service whose image and configuration to use; the command follows --",
        "set": "environment variable for the command, as NAME=VALUE; repeatable; not for secrets",
        "user": "user to run the command as (default: the image's user)",
        "entrypoint": "program to run instead of the image's entrypoint; what follows -- are its arguments",
        "lock_wait": WAIT,
    },
)
def run(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    service: str = "",
    set: Sequence[str] | None = None,  # noqa: A002 - the flag is called --set
    user: str = "",
    entrypoint: str = "",
    lock_wait: int = 0,
) -> None:
    """Run a command in a new container on the new image, as in inv run --env=dev --service=api -- CMD.

    The image's entrypoint gets the command, as with docker compose run. What runs is left alone; the container is
    removed afterwards. stdin, stdout and the exit code pass through.
    """
    from dockgate.stack import runtimes
    from dockgate.stack.runtimes.protocol import ExecRequest
    from dockgate.tasks import setup, unfinished

    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if not words:
        raise ConfigError(
            "a command is required after --", fix=f"inv run --env={env} --service={service or 'api'} -- CMD …"
        )
    target = setup.target(session, env, instance)
    with unfinished.stack(session, target, "run", lock_wait):
        ready, _ = setup.ready(session, target, (), build=True)
        _known(ready.composition.model, service)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    request = ExecRequest(tuple(words), user, tuple(set or ()), terminal, entrypoint)
    if code := runtimes.of(session.project, target).run_once(ready, service, request):
        raise SystemExit(code)


@command(
    iterable=("service",),
    help={
        "env": ENV,
        "instance": INSTANCE,
        "service": "one-shot to run; repeatable (default: all that other services wait for)",
        "timeout": "seconds that each may take",
        "lock_wait": WAIT,
    },
)
def migrate(
    session: Session,
    *,
    env: str = "",
    instance: str = "",
    service: Sequence[str] | None = None,
    timeout: int = 600,
    lock_wait: int = 0,
) -> None:
    """Run migrations and other awaited one-shots on the new image, and change nothing else."""
    from dockgate.stack import runtimes, up
    from dockgate.stack.runtimes.protocol import Order
    from dockgate.stack.startup import board
    from dockgate.system import audit
    from dockgate.tasks import setup, unfinished

    target = setup.target(session, env, instance)
    with unfinished.stack(session, target, "migrate", lock_wait):
        ready, _ = setup.ready(session, target, (), build=True)
        model = ready.composition.model
        jobs = tuple(service or ()) or _awaited(model)
        for name in jobs:
            _known(model, name, one_shot=True)
        order = Order(jobs, float(timeout), board.listener(sys.stderr, session.project.process))
        result = up.jobs(runtimes.of(session.project, target), ready, order)
        how = "failed" if result.outcome.failed else "done"
        audit.record(session.project, "migrate", how, environment=env, instance=instance, services=", ".join(jobs))
    session.show(result.as_json(), "")
    for failure in result.outcome.failures:
        session.say(str(failure))
    if result.outcome.failed:
        raise ToolFailedError(
            f"failed: {', '.join(result.outcome.failed)}; every other service runs as before",
            fix=f"inv logs {target.flags} --service={result.outcome.failed[0]} shows the log",
        )


def _awaited(model: Model) -> tuple[str, ...]:
    from dockgate.compose import lifecycle

    found = lifecycle.awaited(model.raw)
    if not found:
        raise ConfigError(
            "no service waits for a one-shot",
            fix="let a service wait for the migrations: depends_on with condition: service_completed_successfully",
        )
    return tuple(name for name in model.order() if name in found)


def _known(model: Model, name: str, *, one_shot: bool = False) -> None:
    from dockgate.core.suggest import near

    known = [each for each, service in model.services.items() if service.one_shot or not one_shot]
    if not name:
        raise ConfigError("--service is required", fix="--service=NAME")
    if name not in known:
        what = "one-shot" if one_shot else "service"
        raise ConfigError(f"unknown {what} {name!r}." + near(name, known), fix=f"{what}s: {', '.join(known) or 'none'}")


TASKS = (run, migrate)
