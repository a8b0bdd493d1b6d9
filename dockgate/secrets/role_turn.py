"""Two roles in turn: a rotation gives the idle one a new password, while the other goes on as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.env import layering
from dockgate.env.env_files import PROCESS
from dockgate.secrets import store as secret_store
from dockgate.secrets.postgres_role import Turn

if TYPE_CHECKING:
    from dockgate.core.project import Environment, Project
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.postgres_role import Role
    from dockgate.secrets.store import Store


def turn(project: Project, environment: Environment, role: Role, store: Store, *, resumed: bool) -> Turn | None:
    """Return whose turn it is by what a store says, None for a role that is alone.

    With `resumed`, the store names the new one. ConfigError where the store cannot say which role services use.
    """
    if not role.roles:
        return None
    resolved = layering.survey(project, environment, secret_store.stated(environment, store))
    now = used(environment, role, resolved)
    if resolved.values[role.user].layer == PROCESS:
        what = f"{role.user} is set in the process environment, which hides the store's"
        raise ConfigError(what, fix=f"unset {role.user}")
    (other,) = {*role.roles} - {now}
    return Turn(now, other, resumed=True) if resumed else Turn(other, now)


def used(environment: Environment, role: Role, resolved: ResolvedEnv) -> str:
    """Return which of two roles services log in as; ConfigError where that is none of them."""
    name, found = role.user, resolved.values.get(role.user)
    if found and isinstance(found.value, Secret):
        raise ConfigError(f"{name} is a secret, but it is the name of a role", fix="omit `secret` in the schema")
    if found is None or found.reveal() not in role.roles:
        what = f"{name} is {found.reveal()!r}" if found else f"{name} has no value in {environment.name}"
        fix = f"write {name}={role.roles[0]} into {environment.last_layer}"
        raise ConfigError(f"{what}; it must be {' or '.join(role.roles)}", fix=fix)
    return found.reveal()


def recorded(store: Store, name: str, role: Role, chosen: Turn) -> Store:
    """Return the store with the role that a password is of, beside it."""
    made = store.entries[name].metadata
    return store.recorded(name, replace(made, variable=role.user, role=chosen.to)) if made else store
