"""The database role whose password is a secret: which it is, and how a running database learns a new password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose.databases import PASSWORD, USER
from dockgate.core import labels
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.engine import containers, volumes
from dockgate.secrets import postgres_statements, scram, volume_record
from dockgate.system import docker_cli, process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project
    from dockgate.core.secret import Secret
    from dockgate.core.target import Target
    from dockgate.core.toml_table import Table
    from dockgate.engine.containers import Container
    from dockgate.env.resolved import ResolvedEnv

POSTGRES = "postgres"
ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Role(Struct, frozen=True):
    """A role: the service of its database, and the variables that name role and database.

    With `roles`, two of them have the password in turn and act as `owner`; `login` is who changes them. Both are
    variables, too.
    """

    service: str
    user: str
    database: str
    roles: tuple[str, ...] = ()
    owner: str = ""
    admin: str = ""

    @property
    def login(self) -> str:
        """Return the variable that names the role by which passwords are changed, inside the database's container."""
        return self.admin or self.owner or self.user


class Turn(Struct, frozen=True):
    """Which of two roles gets the new password, and which was used until then; `resumed` after a kill."""

    to: str
    since: str
    resumed: bool = False


def of(project: Project, name: str, *, refuse: bool = True) -> Role | None:
    """Return the role whose password `name` is, as `[tool.dockgate.secrets.NAME]` says; None where it is none.

    With `refuse`, ConfigError where the table says that `name` must not be rotated at all.
    """
    table = project.table("secrets").table(name)
    kind, refused = table.string("rotate"), table.string("refuse")
    role = Role(
        table.string("service"),
        table.string("user"),
        table.string("database"),
        table.strings("roles"),
        table.string("owner"),
        table.string("admin"),
    )
    table.string("kept-by")  # see keepers()
    table.done()
    if refused and refuse:
        raise ConfigError(f"{name} cannot be rotated: {refused}")
    if kind not in {"", POSTGRES}:
        raise table.error("rotate", f"must be {POSTGRES!r}, or be left out", fix="docs/secrets.md describes it")
    if kind and not (role.service and role.user and role.database):
        raise table.error("rotate", "needs service, user and database", fix="docs/secrets.md describes it")
    if role.roles or role.owner or role.admin:
        _check_roles(table, role)
    return role if kind else None


def _check_roles(table: Table, role: Role) -> None:
    fix = "docs/secrets.md describes two roles in turn"
    if len({*role.roles}) != 2 or not all(map(ROLE.fullmatch, role.roles)):  # noqa: PLR2004 - it takes two
        raise table.error("roles", "must be two names of roles: letters, digits and _, no capitals", fix=fix)
    if not role.owner or role.user in {role.owner, role.admin}:
        raise table.error("owner", "must name the variable of a third role, whose rights both have", fix=fix)


def learners(project: Project) -> Mapping[str, str]:
    """Return the services that take a new password while they run, by the secret's name."""
    return {name: role.service for name, role in _roles(project).items()}


def initialised(project: Project) -> Mapping[str, str]:
    """Return those of `learners` whose secret is the password of the first start, of a role that is alone."""
    return {name: role.service for name, role in _roles(project).items() if not role.roles}


def _roles(project: Project) -> dict[str, Role]:
    found = ((name, of(project, name, refuse=False)) for name in project.table("secrets"))
    return {name: role for name, role in found if role}


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
        raise ToolFailedError(
            f"{role.service} of {target.project} is not running, so its password cannot be changed",
            fix=f"{target.up}; before the first start, inv secrets.set --env={target.environment.name}",
        )
    return tuple(found)


def alter(
    project: Project, role: Role, database: Container, password: Secret, resolved: ResolvedEnv, turn: Turn | None = None
) -> None:
    """Give the role a new password; of two roles, the one whose turn it is, which is made where it does not exist.

    ToolFailedError where a client uses that one. The statement goes through stdin and holds a verifier: the password is
    in no argument, log or statement history.
    """
    idle = turn is not None and not turn.resumed
    user, verifier = turn.to if turn else resolved.values[role.user].reveal(), scram.verifier(password).reveal()
    if role.roles:
        statement = postgres_statements.member(user, resolved.values[role.owner].reveal(), verifier, idle=idle)
    else:
        statement = postgres_statements.password(user, verifier)
    if said := _refusal(project, role, database, statement, resolved):
        seen = f"see inv logs --service={role.service}"
        if postgres_statements.IN_USE in said:
            seen = (
                f"bring up every instance of {resolved.environment}, which replaces its containers; then rotate again"
            )
        raise ToolFailedError(f"{database.name} rejected the new password: {said}", fix=f"nothing was changed; {seen}")


def retire(project: Project, role: Role, database: Container, name: str, resolved: ResolvedEnv) -> None:
    """Take the password from the one of two roles that no container uses any more."""
    if said := _refusal(project, role, database, postgres_statements.no_password(name), resolved):
        raise ToolFailedError(
            f"{database.name} did not take the old password from {name}: {said}",
            fix="everything else is done; the same command again completes it",
        )


def _refusal(project: Project, role: Role, database: Container, statement: str, resolved: ResolvedEnv) -> str:
    """Run a statement from inside the database's container, where its own user needs no password; return an error."""
    user, name = (resolved.values[variable].reveal() for variable in (role.login, role.database))
    psql = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={user}", f"--dbname={name}")
    docker = docker_cli.docker(project.process)
    command = Command((docker, "exec", "--interactive", database.id, *psql), project.child_env(), timeout=30.0)
    result = process.run(command, stdin=statement.encode(), check=False)
    if result.code == 0:
        return ""
    # Later lines of what psql says repeat the statement, verifier and all.
    lines = process.said(result.stderr).splitlines()
    return next((line for line in lines if "ERROR" in line), lines[0] if lines else f"exit code {result.code}")


def note(project: Project, target: Target, role: Role, database: Container, password: Secret, env: ResolvedEnv) -> None:
    """Record that a database took a password, where its volume is recorded with the same user.

    Two roles in turn are none that a volume was initialised with.
    """
    if role.roles:
        return
    wire, host = containers.connect(target.endpoint), target.endpoint.host
    user = volume_record.digest(project, USER, env.values[role.user].reveal())
    for volume in volumes.mounted(wire, database.id):
        created = volume_record.created(wire, volume)
        known = volume_record.read(project, host, volume, created)
        if known and known.settings.get(USER, user) == user:
            made = {PASSWORD: volume_record.digest(project, PASSWORD, password.reveal())}
            volume_record.learned(project, host, volume, created, made)
