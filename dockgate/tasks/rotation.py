"""The task that rotates a secret."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.errors import ToolFailedError
from dockgate.tasks import secretinput
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from dockgate.rotation import Rotation
    from dockgate.target import Target

ENV = "environment: staging or prod"
START_SECONDS = 120.0


@command(
    positional=("name",),
    help={
        "name": secretinput.NAME,
        "env": ENV,
        "instance": "the stack whose containers are recreated; databases of other instances are told too",
        "given": "take the value from stdin or a prompt",
        "dry_run": "only say what would be done",
        **secretinput.TLS,
    },
)
def rotate(
    session: Session,
    *,
    name: str | None = None,
    env: str = "",
    instance: str = "",
    given: bool = False,
    tls_cert: str = "",
    tls_key: str = "",
    dry_run: bool = False,
) -> None:
    """Replace a secret by a new one, tell a database that has to know it, and recreate its readers."""
    from dockgate import locks, rotation

    wanted = secretinput.named(name, "rotate")
    target = session.target(env, instance)
    value = secretinput.value(wanted) if given else None
    stack = locks.held(session.project, target.project, f"secrets.rotate {wanted}")
    with stack, secretinput.exclusive(session.project, "rotate"):
        work = rotation.prepare(session.project, target, wanted, value, secretinput.pair(tls_cert, tls_key))
        if not dry_run:
            _rotate(session, target, work)
            secretinput.note(session.project, "rotate", env, (wanted,))
    document = {"environment": env, "name": wanted, "steps": [step.as_json() for step in work.plan.steps]}
    session.show({**document, "done": not dry_run}, str(work.plan))


def _rotate(session: Session, target: Target, work: Rotation) -> None:
    from dockgate import prepare, rotation

    resolved = prepare.environment(session.project, target.environment)
    rotation.run(session.project, target, work, resolved, lambda: _recreate(session, target))


def _recreate(session: Session, target: Target) -> None:
    from dockgate import up
    from dockgate.startup import board
    from dockgate.tasks import preparing

    ready, _ = preparing.ready(session, target, (), build=False)
    result = up.up(ready, (), START_SECONDS, board.listener(sys.stderr, session.project.process))
    for failure in result.outcome.failures:
        session.say(str(failure))
    if result.outcome.failed:
        raise ToolFailedError(
            f"the secret is rotated, and not healthy with it: {', '.join(result.outcome.failed)}",
            fix=f"inv logs --env={target.environment.name} shows what happened",
        )


TASKS = (rotate,)
