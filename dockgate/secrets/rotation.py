"""Rotating a secret in an order that keeps the service up, or that a second try repairs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import asdict

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.plan import Plan, Step
from dockgate.core.suggest import near
from dockgate.engine import containers as engine_containers
from dockgate.secrets import change as secret_change
from dockgate.secrets import fetch, postgres_role, recovery, renewal, role_turn, runtime_files
from dockgate.secrets.fingerprints.fingerprint_file import FILE
from dockgate.secrets.recovery import RotateIntent
from dockgate.system import marks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dockgate.core.project import Environment, Project
    from dockgate.core.secret import Secret
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.postgres_role import Role, Turn
    from dockgate.secrets.store import Store
    from dockgate.secrets.tls_pair import Pair


class Rotation(Struct, frozen=True):
    """One secret to rotate: the plan, and what it works with; `databases` are the containers that have to learn it.

    Of two roles, `turn` says which one gets it. With `resumed`, the store has the new value from a rotation that was
    killed.
    """

    name: str
    plan: Plan
    before: Store
    after: Store
    role: Role | None
    databases: tuple[Container, ...]
    turn: Turn | None = None
    resumed: bool = False

    @property
    def recreates(self) -> bool:
        """Return whether there are containers that have to be replaced."""
        return any(step.action == "recreate" for step in self.plan.steps)


class Readers(Protocol):
    """The containers that read a secret: the caller's to replace."""

    def prepare(self) -> object:
        """Check and render everything that new ones need, with what the store says now."""

    def recreate(self) -> None:
        """Replace them."""


def prepare(
    project: Project,
    target: Target,
    there: Collection[str],
    name: str,
    given: Secret | None = None,
    pair: Pair | None = None,
) -> Rotation:
    """Work out how to rotate `name`, to a generated value or what is given; nothing is changed yet.

    `there` are the services that have containers now.

    ConfigError for what cannot be rotated, ToolFailedError where the database that has to learn it does not run.
    """
    environment = target.environment
    variable = renewal.declared(project, name)
    role = postgres_role.of(project, name)
    if source := fetch.named(project, environment).get(name):
        fix = f"change it there, then inv secrets.fingerprint --env={environment.name} and {target.up}"
        raise ConfigError(f"{name} of {environment.name} is stored in a provider ({source})", fix=fix)
    before = secret_change.opened(project, environment, _plain(target, name, role))
    if name not in before.entries:
        raise ConfigError(f"{name} is not in {environment.secrets}." + near(name, before.entries))
    databases = postgres_role.databases(target, role) if role else ()
    left = None if pair else interrupted(project, target, name)
    resumed = left is not None and given in {None, before.entries[name].value}
    turn = role_turn.turn(project, environment, role, before, resumed=resumed) if role else None
    after = before
    if not resumed:
        after = renewal.value(project, target, before, variable, given, pair).keyed()
        after = role_turn.recorded(after, name, role, turn) if role and turn else after
    names = left.names if left and resumed else secret_change.changed(before, after)
    readers = [reader for reader in variable.readers if reader in {*there} - ({role.service} if role else set())]
    recreate = (Step("recreate", ", ".join(readers) or "its readers", f"read {', '.join(names)}"),) if there else ()
    steps = (*_stored(environment, names, resumed=resumed), *_altered(role, turn, name), *recreate)
    if role and turn and there:
        steps += (Step("retire-role", role.service, f"{turn.since} has no password until it is its turn"),)
    return Rotation(name, Plan(steps), before, after, role, databases, turn, resumed)


def _stored(environment: Environment, names: Sequence[str], *, resumed: bool) -> tuple[Step, ...]:
    if resumed:
        return (Step("keep", environment.secrets, f"has the new value of {', '.join(names)} since it was interrupted"),)
    return (
        Step("encrypt", environment.secrets, f"new value of {', '.join(names)}"),
        Step("write", FILE, "fingerprints"),
    )


def _altered(role: Role | None, turn: Turn | None, name: str) -> tuple[Step, ...]:
    if role is None:
        return ()
    whose = f"{turn.to}; {turn.since} keeps its own meanwhile" if turn else "its role"
    return (Step("alter-role", role.service, f"{name} is the password of {whose}"),)


def _plain(target: Target, name: str, role: Role | None) -> str:
    """Return how a secret is changed that an environment has in its files, such as development."""
    applied = f"inv secrets.rotate {name} {target.flags} --current" if role else target.up
    return f"write the new value into {target.environment.last_layer}, then {applied}"


def interrupted(project: Project, target: Target, name: str = "") -> RotateIntent | None:
    """Return the rotation of `name` (empty: of any secret) that was killed after the store got the new value."""
    mark = marks.one(project, target.lock, recovery.ROTATE)
    left: RotateIntent | None = marks.facts(mark, RotateIntent) if mark else None
    known = left and name in {"", left.name} and recovery.stored(project, target.environment, left)
    return left if known else None


def run(project: Project, target: Target, rotation: Rotation, resolved: ResolvedEnv, readers: Readers) -> None:
    """Rotate: encrypt the new value, make its readers ready, update the database, then replace them.

    The store goes first: a password that only the database knew would lock every service out; one that it does not
    know yet is repaired by rotating again. The database goes last before the readers; then the copies that the old ones
    have change as well, with which they can open new connections if they read them again. Where that cannot be done,
    the store gets its old value back.
    """
    names = secret_change.changed(rotation.before, rotation.after)
    intent = RotateIntent(rotation.name, names, recovery.digest(rotation.after, names))
    if rotation.resumed and (left := interrupted(project, target, rotation.name)):
        intent = left
    message = f"secrets.rotate {rotation.name} {target.flags}"
    with marks.marked(project, target.lock, recovery.ROTATE, message, **asdict(intent)):
        _everywhere(project, target, rotation, resolved, readers)
        if rotation.recreates:
            try:
                readers.recreate()
            except DockgateError:  # it says so: the secret is rotated, and `up` is what is left to do
                marks.clear(project, target.lock, recovery.ROTATE)
                raise
            _retire(project, target, rotation, resolved)
        recovery.record(project, "rotate", target.environment, (rotation.name,))


def _everywhere(project: Project, target: Target, rotation: Rotation, resolved: ResolvedEnv, readers: Readers) -> None:
    """Spread the new value, then write it over the copies that running containers have mounted."""
    stacks = [each.labels[engine_containers.PROJECT] for each in rotation.databases]
    with runtime_files.mounted(project, stacks, target.root, rotation.name) as update:
        _spread(project, target, rotation, resolved, readers)
        if rotation.role and not rotation.turn:
            with suppress(OSError):  # they are as they would be with a program that reads its password once
                update(rotation.after.entries[rotation.name].value)


def _spread(project: Project, target: Target, rotation: Rotation, resolved: ResolvedEnv, readers: Readers) -> None:
    """Bring the new value into the store, the copies for new readers, and the database: all of it, or nothing."""
    environment = target.environment
    if not rotation.resumed:
        secret_change.write(project, environment, rotation.before, rotation.after)
    told: list[Container] = []
    try:
        if rotation.recreates:
            readers.prepare()
        if rotation.role:
            _tell(project, target, rotation, rotation.role, resolved, told)
    except BaseException:
        if rotation.resumed:  # the old value is gone: another try goes on from here
            raise
        if rotation.role:  # before the store: killed in between, what it says is what a second rotation completes
            _untell(project, target, rotation, rotation.role, resolved, told)
        secret_change.write(project, environment, rotation.after, rotation.before)
        marks.clear(project, target.lock, recovery.ROTATE)
        if rotation.recreates:
            with suppress(DockgateError):  # the copies on RAM are the old ones again
                readers.prepare()
        raise


def _tell(
    project: Project, target: Target, rotation: Rotation, role: Role, resolved: ResolvedEnv, told: list[Container]
) -> None:
    new = rotation.after.entries[rotation.name].value
    for database in rotation.databases:
        postgres_role.alter(project, role, database, new, resolved, rotation.turn)
        postgres_role.note(project, target, role, database, new, resolved)
        told.append(database)


def _untell(
    project: Project, target: Target, rotation: Rotation, role: Role, resolved: ResolvedEnv, told: list[Container]
) -> None:
    old = rotation.before.entries[rotation.name].value
    for database in told:
        if rotation.turn:
            postgres_role.retire(project, role, database, rotation.turn.to, resolved)
            continue
        postgres_role.alter(project, role, database, old, resolved)
        postgres_role.note(project, target, role, database, old, resolved)


def _retire(project: Project, target: Target, rotation: Rotation, resolved: ResolvedEnv) -> None:
    """Take the password from the role of before, in the stack whose readers were all replaced."""
    if not (rotation.role and rotation.turn):
        return
    for database in rotation.databases:
        if database.labels[engine_containers.PROJECT] == target.project:
            postgres_role.retire(project, rotation.role, database, rotation.turn.since, resolved)
