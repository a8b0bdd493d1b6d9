"""Giving a running database the password that its environment has now: a changed one, where it is written in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.plan import Plan, Step
from dockgate.secrets import postgres_role, renewal, role_turn

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.postgres_role import Role
    from dockgate.secrets.rotation import Readers


class Current(Struct, frozen=True):
    """The role that gets its present password, in these databases."""

    name: str
    plan: Plan
    role: Role
    databases: tuple[Container, ...]


def prepare(project: Project, target: Target, name: str, resolved: ResolvedEnv) -> Current:
    """Work out what is done; ConfigError for what no database keeps, ToolFailedError where it does not run."""
    variable = renewal.declared(project, name)
    role = postgres_role.of(project, name)
    if role is None:
        fix = f"{target.up} gives its readers the present value"
        raise ConfigError(f"{name} is not configured as the password of a database's role", fix=fix)
    if not resolved.secrets().get(name):
        raise ConfigError(f"{name} has no value in {target.environment.name}")
    found = postgres_role.databases(target, role)
    if role.roles:
        role_turn.used(target.environment, role, resolved)
    origin = resolved.values[name].origin
    steps = (
        Step("alter-role", role.service, f"{name} is the password of its role, now as in {origin}"),
        Step("recreate", ", ".join(variable.readers) or "its readers", f"read {name}, where they have an older value"),
    )
    return Current(name, Plan(steps), role, found)


def run(project: Project, target: Target, current: Current, resolved: ResolvedEnv, readers: Readers) -> None:
    """Check and render what new readers need, update the databases, then replace the readers."""
    readers.prepare()
    for database in current.databases:
        postgres_role.alter(project, current.role, database, resolved.secrets()[current.name], resolved)
        postgres_role.note(project, target, current.role, database, resolved.secrets()[current.name], resolved)
    readers.recreate()
