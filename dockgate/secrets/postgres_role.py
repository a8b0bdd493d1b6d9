"""The database role whose password is a secret: which it is, and how a running database learns a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose.databases import PASSWORD, USER
from dockgate.core import labels
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.engine import containers, volumes
from dockgate.secrets import scram, volume_record
from dockgate.system import docker_cli, process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project
    from dockgate.core.secret import Secret
    from dockgate.core.target import Target
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv

POSTGRES = "postgres"


class Role(Struct, frozen=True):
    """A role: the service of its database, and the variables that name role and database."""

    service: str
    user: str
    database: str


def of(project: Project, name: str, *, refuse: bool = True) -> Role | None:
    """Return the role whose password `name` is, as `[tool.dockgate.secrets.NAME]` says; None where it is none.

    With `refuse`, ConfigError where the table says that `name` must not be rotated at all.
    """
    table = project.table("secrets").table(name)
    kind, refused = table.string("rotate"), table.string("refuse")
    role = Role(table.string("service"), table.string("user"), table.string("database"))
    table.string("kept-by")  # see keepers()
    table.done()
    if refused and refuse:
        raise ConfigError(f"{name} cannot be rotated: {refused}")
    if kind not in {"", POSTGRES}:
        raise table.error("rotate", f"must be {POSTGRES!r}, or be left out", fix="docs/secrets.md describes it")
    if kind and not (role.service and role.user and role.database):
        raise table.error("rotate", "needs service, user and database", fix="docs/secrets.md describes it")
    return role if kind else None


def learners(project: Project) -> Mapping[str, str]:
    """Return the services that take a new password while they run, by the secret's name."""
    roles = ((name, of(project, name, refuse=False)) for name in project.table("secrets"))
    return {name: role.service for name, role in roles if role}


def keepers(project: Project) -> Mapping[str, str]:
    """Return the secrets that a service keeps in its volume although nothing in its settings shows it, by service."""
    tables = ((name, project.table("secrets").table(name)) for name in project.table("secrets"))
    return {service: name for name, table in tables if (service := table.string("kept-by"))}


def databases(target: Target, role: Role) -> tuple[Container, ...]:
    """Return the running databases of this checkout's environment, those of its other instances too.

    All of them share the secret. ToolFailedError where the target's own does not run.
    """
    wanted = [f"{name}={value}" for name, value in labels.of(target).items() if name != labels.INSTANCE]
    entries = containers.connect(target.endpoint).containers({"label": wanted})
    found = [each for each in map(containers.container, entries) if each.service == role.service and each.running]
    if not any(each.labels.get(containers.PROJECT) == target.project for each in found):
        name = target.environment.name
        raise ToolFailedError(
            f"{role.service} of {target.project} is not running, so its password cannot be changed",
            fix=f"inv up --env={name}; before the first start, inv secrets.set --env={name}",
        )
    return tuple(found)


def alter(project: Project, role: Role, database: Container, password: Secret, resolved: ResolvedEnv) -> None:
    """Give the role a new password, from inside the database's container, where its own user needs none.

    The statement goes through stdin and holds a verifier: the password is in no argument, log or statement history.
    """
    user, name = (resolved.values[variable].reveal() for variable in (role.user, role.database))
    quoted = user.replace('"', '""')
    statement = f"ALTER ROLE \"{quoted}\" PASSWORD '{scram.verifier(password).reveal()}';\n"
    psql = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={user}", f"--dbname={name}")
    docker = docker_cli.docker(project.process)
    command = Command((docker, "exec", "--interactive", database.id, *psql), project.child_env(), timeout=30.0)
    result = process.run(command, stdin=statement.encode(), check=False)
    if result.code != 0:
        # Later lines of what psql says repeat the statement, verifier and all.
        said = process.said(result.stderr).partition("\n")[0]
        raise ToolFailedError(
            f"{database.name} rejected the new password: {said}",
            fix=f"nothing was changed; see inv logs --service={role.service}",
        )


def note(project: Project, target: Target, role: Role, database: Container, password: Secret, env: ResolvedEnv) -> None:
    """Record that a database took a password, where its volume is recorded with the same user."""
    wire, host = containers.connect(target.endpoint), target.endpoint.host
    user = volume_record.digest(project, USER, env.values[role.user].reveal())
    for volume in volumes.mounted(wire, database.id):
        created = volume_record.created(wire, volume)
        known = volume_record.read(project, host, volume, created) if created else None
        if known and known.settings.get(USER, user) == user:
            made = {PASSWORD: volume_record.digest(project, PASSWORD, password.reveal())}
            volume_record.learned(project, host, volume, created, made)
