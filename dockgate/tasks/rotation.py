"""The task that rotates a secret."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.tasks import secret_input
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from dockgate.core.target import Target
    from dockgate.secrets.rotation import Rotation
    from dockgate.stack.prepare import Prepared

ENV = "environment to work on, such as prod"


@command(
    positional=("name",),
    help={
        "name": secret_input.NAME,
        "env": ENV,
        "instance": "stack whose containers are recreated; databases of other instances are updated too",
        "given": "read the new value from stdin or a prompt instead of generating it",
        "current": "give the running database the value that is set now, in the files or the store",
        "dry_run": "only show what would be done",
        **secret_input.TLS,
        "lock_wait": "seconds to wait for another process that has locked the stack or the secrets",
    },
)
def rotate(
    session: Session,
    *,
    name: str | None = None,
    env: str = "",
    instance: str = "",
    given: bool = False,
    current: bool = False,
    tls_cert: str = "",
    tls_key: str = "",
    dry_run: bool = False,
    lock_wait: int = 0,
) -> None:
    """Replace a secret, update the database that uses it, and recreate the services that read it."""
    from dockgate.secrets import rotation
    from dockgate.tasks import unfinished

    wanted = secret_input.named(name, "secrets.rotate")
    target = session.target(env, instance)
    if current:
        if given or tls_cert or tls_key:
            raise ConfigError("--current takes the value that is set now, and no other one with it")
        _current(session, target, wanted, lock_wait, dry_run=dry_run)
        return
    _refuse_elsewhere(session, target, wanted)
    value = secret_input.value(wanted) if given else None
    stack = unfinished.stack(session, target, f"secrets.rotate {wanted}", lock_wait)
    with stack, secret_input.exclusive(session, "rotate", lock_wait):
        pair = secret_input.pair(tls_cert, tls_key)
        work = rotation.prepare(session.project, target, _there(session, target), wanted, value, pair)
        if not dry_run:
            _rotate(session, target, work)
    document = {"environment": env, "name": wanted, "steps": [step.as_json() for step in work.plan.steps]}
    session.show({**document, "done": not dry_run}, str(work.plan))


def _refuse_elsewhere(session: Session, target: Target, name: str) -> None:
    """Refuse the password of a database that another engine may run: it is changed through the one that is asked."""
    from dockgate.secrets import postgres_role
    from dockgate.stack import runtimes

    runtime = runtimes.of(session.project, target)
    role = postgres_role.of(session.project, name)
    if role and runtime.traits.nodes:
        raise ConfigError(
            f"{name} is the password of {role.service}, which is not changed on several nodes",
            fix=f"ALTER ROLE in the database, then inv secrets.set {name} --env={target.environment.name} and "
            f"{target.up}",
        )


def _current(session: Session, target: Target, name: str, wait: int, *, dry_run: bool) -> None:
    """Give the running database the value that is set now."""
    from dockgate.secrets import current as work
    from dockgate.stack import prepare
    from dockgate.system import audit
    from dockgate.tasks import unfinished

    project, chosen = session.project, target.environment
    with unfinished.stack(session, target, f"secrets.rotate {name}", wait):
        resolved = prepare.environment(session.situation, chosen)
        todo = work.prepare(project, target, name, resolved)
        if not dry_run:
            work.run(project, target, todo, resolved, _Readers(session, target))
            audit.record(project, "secrets.rotate", "done", environment=chosen.name, names=name)
    document = {"environment": chosen.name, "name": name, "steps": [step.as_json() for step in todo.plan.steps]}
    session.show({**document, "done": not dry_run}, str(todo.plan))


def settle(session: Session, target: Target, services: tuple[str, ...], wait: int) -> None:
    """Complete a rotation that was killed, before containers start with a password that the database does not know.

    ConfigError where the database does not run and is not all that is going to be started.
    """
    from dockgate.system import marks

    if marks.one(session.project, target.lock, "rotate") is None:
        return  # every other `up`: it needs none of what follows
    from dockgate.secrets import postgres_role
    from dockgate.secrets import rotation as work

    with secret_input.exclusive(session, "rotate", wait):
        left = work.interrupted(session.project, target)
        role = postgres_role.of(session.project, left.name) if left else None
        if left is None or role is None:  # nothing was changed, or what follows does all that is left to do
            marks.clear(session.project, target.lock, "rotate")
            return
        running = {one.service for one in session.situation.containers(target) if one.running}
        if role.service in running:
            _complete(session, target, left.name)
            session.say(f"completed the rotation of {left.name}")
        elif services != (role.service,):
            fix = f"{target.up} --service={role.service}, then {target.up}"
            what = f"the rotation of {left.name} was interrupted, and {role.service} may not know the new value yet"
            raise ConfigError(what, fix=fix)


def _complete(session: Session, target: Target, name: str) -> None:
    """Complete the rotation of a secret that was killed after the store got its new value."""
    from dockgate.secrets import rotation

    _rotate(session, target, rotation.prepare(session.project, target, _there(session, target), name))
    session.look_again()


def _there(session: Session, target: Target) -> frozenset[str]:
    """Return the services that have containers, wherever they run."""
    from dockgate.stack import runtimes

    return frozenset(one.service for one in runtimes.of(session.project, target).observe().containers)


def _rotate(session: Session, target: Target, work: Rotation) -> None:
    from dockgate.secrets import rotation
    from dockgate.stack import prepare

    resolved = prepare.environment(session.situation, target.environment)
    rotation.run(session.project, target, work, resolved, _Readers(session, target))


class _Readers:
    """Replaces the readers of a secret by what `up` does, new ones first where two can run beside each other."""

    def __init__(self, session: Session, target: Target) -> None:
        self._session = session
        self._target = target
        self._ready: Prepared | None = None

    def prepare(self) -> Prepared:
        from dockgate.stack import runtimes
        from dockgate.tasks import setup

        self._session.look_again()
        several = runtimes.of(self._session.project, self._target).traits.nodes
        self._ready, _ = setup.ready(self._session, self._target, (), build=False, present=not several)
        return self._ready

    def recreate(self) -> None:
        from dockgate.stack import database_volumes, runtimes, up
        from dockgate.stack.runtimes.protocol import Order
        from dockgate.stack.startup import board
        from dockgate.tasks import setup

        project = self._session.project
        ready = self._ready or self.prepare()
        listener = board.listener(sys.stderr, project.process)
        runtime = runtimes.of(project, self._target)
        order = Order(listener=listener, watch=runtime.watch)
        looks = setup.databases(self._session, ready)
        result = up.up(runtime, ready, order)
        database_volumes.keep(project, ready, looks, result.outcome)
        for failure in result.outcome.failures:
            self._session.say(str(failure))
        if result.outcome.failed:
            raise ToolFailedError(
                f"the secret is rotated, but not healthy with it: {', '.join(result.outcome.failed)}",
                fix=f"inv logs {self._target.flags} shows what happened",
            )


TASKS = (rotate,)
