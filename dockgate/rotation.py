"""Rotating a secret in an order that keeps the service up, or that a second try mends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockgate import (
    dockertools,
    execute,
    generate,
    observe,
    provenance,
    schema,
    scram,
    secretchange,
    secretinit,
    tlspair,
)
from dockgate.errors import ConfigError, ToolFailedError
from dockgate.fingerprintfile import FILE
from dockgate.plan import Command, Plan, Step
from dockgate.provenance import Source
from dockgate.suggest import near

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.layering import ResolvedEnv
    from dockgate.observe import Container
    from dockgate.project import Project
    from dockgate.schema import Variable
    from dockgate.secret import Secret
    from dockgate.secretstore import Store
    from dockgate.target import Target
    from dockgate.tlspair import Pair

POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Role:
    """The database role whose password a secret is: its service, and the variables that name role and database."""

    service: str
    user: str
    database: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """One secret to rotate: the plan, and what it works with; `database` is its running container, where one has it."""

    name: str
    plan: Plan
    before: Store
    after: Store
    role: Role | None
    database: Container | None


def prepare(
    project: Project, target: Target, name: str, given: Secret | None = None, pair: Pair | None = None
) -> Rotation:
    """Work out how to rotate `name`, to a generated value or what is given; nothing is changed yet.

    ConfigError for what cannot be rotated, ToolFailedError where the database that has to learn it does not run.
    """
    environment = target.environment
    variable = _variable(project, name)
    role = _role(project, name)
    before = secretchange.opened(project, environment)
    if name not in before.entries:
        raise ConfigError(f"{name} is not in {environment.secrets}." + near(name, before.entries))
    containers = observe.containers(target.endpoint, target.project)
    database = _database(target, role, containers) if role else None
    after = _renewed(project, target, before, variable, given, pair)
    names = secretchange.changed(before, after)
    steps = [
        Step("encrypt", environment.secrets, f"new value of {', '.join(names)}"),
        Step("write", FILE, "fingerprints"),
    ]
    if role:
        steps.insert(1, Step("alter-role", role.service, f"{name} is the password of its role"))
    if containers:
        steps.append(Step("recreate", ", ".join(variable.readers), f"they read {', '.join(names)}"))
    return Rotation(name, Plan(tuple(steps)), before, after, role, database)


def run(
    project: Project, target: Target, rotation: Rotation, resolved: ResolvedEnv, recreate: Callable[[], None]
) -> None:
    """Rotate: encrypt the new value, tell the database, then recreate the readers, which is the caller's to do.

    The store goes first: a password that only the database knew would lock everybody out, while one that it does not
    know yet is mended by rotating again. When the database refuses, the store gets its old value back.
    """
    environment = target.environment
    secretchange.write(project, environment, rotation.before, rotation.after)
    if rotation.role and rotation.database:
        try:
            _alter(project, rotation, rotation.role, rotation.database, resolved)
        except BaseException:
            secretchange.write(project, environment, rotation.after, rotation.before)
            raise
    if any(step.action == "recreate" for step in rotation.plan.steps):
        recreate()


def learner(project: Project, name: str) -> str:
    """Return the service that has to be told a new value of `name` (rotate does, set does not), empty if none has."""
    role = _role(project, name, refuse=False)
    return role.service if role else ""


def _alter(project: Project, rotation: Rotation, role: Role, database: Container, resolved: ResolvedEnv) -> None:
    user, name = (resolved.values[variable].reveal() for variable in (role.user, role.database))
    verifier = scram.verifier(rotation.after.entries[rotation.name].value)
    quoted = user.replace('"', '""')
    statement = f"ALTER ROLE \"{quoted}\" PASSWORD '{verifier.reveal()}';\n"
    psql = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={user}", f"--dbname={name}")
    docker = dockertools.docker(project.process)
    command = Command((docker, "exec", "--interactive", database.id, *psql), project.child_env(), timeout=30.0)
    result = execute.run(command, stdin=statement.encode(), check=False)
    if result.code != 0:
        # What psql says repeats the statement, and that holds the verifier: only its first line is told.
        said = result.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise ToolFailedError(
            f"{role.service} refused the new password of its role: {said}",
            fix=f"nothing was changed; inv logs --service={role.service} says more",
        )


def _variable(project: Project, name: str) -> Variable:
    declared = schema.load(project.root).variables
    if name not in declared or not declared[name].secret:
        secret = [other for other, variable in declared.items() if variable.secret]
        raise ConfigError(f"{name} is not a secret of the schema." + near(name, secret))
    return declared[name]


def _role(project: Project, name: str, *, refuse: bool = True) -> Role | None:
    """Return what `[tool.dockgate.secrets.NAME]` says; ConfigError where it says that NAME must not be rotated."""
    table = project.table("secrets").table(name)
    kind, refused = table.string("rotate"), table.string("refuse")
    role = Role(table.string("service"), table.string("user"), table.string("database"))
    table.done()
    if refused and refuse:
        raise ConfigError(f"{name} cannot be rotated: {refused}")
    if kind not in {"", POSTGRES}:
        raise table.error("rotate", f"must be {POSTGRES!r}, or be left out", fix="docs/secrets.md describes it")
    if kind and not (role.service and role.user and role.database):
        raise table.error("rotate", "needs service, user and database", fix="docs/secrets.md describes it")
    return role if kind else None


def _database(target: Target, role: Role, containers: tuple[Container, ...]) -> Container:
    found = next((each for each in containers if each.service == role.service and each.running), None)
    if found is None:
        name = target.environment.name
        raise ToolFailedError(
            f"{role.service} does not run, and has to learn the new password",
            fix=f"inv up --env={name}; before the first start, inv secrets.set --env={name}",
        )
    return found


def _renewed(
    project: Project, target: Target, store: Store, variable: Variable, given: Secret | None, pair: Pair | None
) -> Store:
    environment = target.environment
    if variable.generate in tlspair.KINDS and not given:
        needed = secretinit.wanted(project, environment)
        names = tlspair.names(needed.variables)
        if names:
            return tlspair.renewed(store, names, needed.hosts, pair)
    if pair:
        raise ConfigError(f"{variable.name} is no certificate", fix="leave --tls-cert and --tls-key out")
    if given:
        return store.with_value(variable.name, given, provenance.today(Source.GIVEN))
    if not variable.generate:
        fix = f"--given reads it from stdin: inv secrets.rotate {variable.name} --env={environment.name} --given"
        raise ConfigError(f"{variable.name} has no `generate`: only somebody can give it a value", fix=fix)
    made = generate.value(variable.generate, variable.name)
    return store.with_value(variable.name, made.value, provenance.today(Source.GENERATED, made.bits))
