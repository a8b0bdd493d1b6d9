"""One resolved environment out of its layers; every value knows where it came from and what it shadowed."""

from __future__ import annotations

import os.path
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, together
from dockgate.core.findings import Finding, blocking
from dockgate.core.location import Location
from dockgate.core.redacted import Redacted
from dockgate.core.secret import Secret
from dockgate.env import files as env_files
from dockgate.env import provider_references, schema
from dockgate.env.files import LOCAL, PROCESS, SCHEMA, SECRETS, Assignment, Layer
from dockgate.env.malformed import refused
from dockgate.env.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Environment, Project
    from dockgate.env.schema import Schema


class Resolved(Redacted, frozen=True):
    """One variable: its final value, the statement that set it, what that shadowed (highest first), its references.

    `failed` marks a value whose references could not be resolved; it then stands as written.
    """

    unshown = frozenset({"value"})

    name: str
    value: str | Secret
    origin: Location
    layer: str
    shadowed: tuple[Assignment, ...] = ()
    references: tuple[str, ...] = ()
    failed: bool = False

    def reveal(self) -> str:
        """Return the value in clear, secret or not: for checks and files on RAM, never for output."""
        return self.value.reveal() if isinstance(self.value, Secret) else self.value


class ResolvedEnv(Struct, frozen=True):
    """An environment's variables; `findings` are the problems that leave a value undefined."""

    environment: str
    values: Mapping[str, Resolved]
    layers: tuple[Layer, ...]
    findings: tuple[Finding, ...]
    schema: Schema
    development: bool

    def plain(self) -> dict[str, str]:
        """Return the non-secret values, for Compose's interpolation, without those that failed."""
        return {n: each.value for n, each in self.values.items() if isinstance(each.value, str) and not each.failed}

    def secrets(self) -> dict[str, Secret]:
        """Return the secret values, without those that failed."""
        return {n: each.value for n, each in self.values.items() if isinstance(each.value, Secret) and not each.failed}

    def clear(self) -> dict[str, str]:
        """Return every value in clear, without those that failed: for checks, never for output."""
        return {n: each.reveal() for n, each in self.values.items() if not each.failed}

    def from_process(self) -> tuple[str, ...]:
        """Return the names that the process environment set."""
        return tuple(name for name, each in self.values.items() if each.layer == PROCESS)

    def overruled(self, values: Mapping[str, str]) -> tuple[Resolved, ...]:
        """Return what somebody set to something else than these values, which come after all layers."""
        chosen = (each for name, each in self.values.items() if name in values and each.layer != SCHEMA)
        return tuple(each for each in chosen if each.reveal() != values[each.name])


def resolve(project: Project, environment: Environment, secrets: Layer | None) -> ResolvedEnv:
    """Resolve `environment`; ConfigError where a statement or a reference has no defined meaning."""
    resolved = survey(project, environment, secrets)
    if blocked := blocking(resolved.findings):
        first = blocked[0]
        more = f" (and {len(blocked) - 1} more: inv env.check --env={environment.name})" if len(blocked) > 1 else ""
        raise ConfigError(
            f"{first.code}: {first.message}{more}", where=Location(first.path, first.line, first.column), fix=first.fix
        )
    return resolved


def survey(project: Project, environment: Environment, secrets: Layer | None) -> ResolvedEnv:
    """Resolve `environment` as far as it goes, with problems as findings; ConfigError on unreadable files only."""
    declared = schema.load(project.root, project.environments)
    env = merge(environment, _layers(project, environment, secrets, declared), declared)
    malformed = provider_references.findings(env, tuple(project.table("providers")))
    return replace(env, findings=(*env.findings, *malformed))


def merge(environment: Environment, layers: tuple[Layer, ...], declared: Schema) -> ResolvedEnv:
    """Merge `layers`, lowest first, and resolve their references: pure."""
    marked = tuple(_mark_secrets(layer, declared) for layer in layers)
    stacks: dict[str, list[Assignment]] = {}
    for layer in marked:
        for assignment in layer.assignments:
            if assignment.value is not None:
                stacks.setdefault(assignment.name, []).append(assignment)
    held = [layer for layer in layers if layer.name == SECRETS]
    locked = any(layer.sealed for layer in held) or not (held or is_development(environment))
    resolver = Resolver(
        {name: stack[-1] for name, stack in stacks.items()}, environment.name, declared.variables, locked=locked
    )
    values = {name: _resolved(stack, resolver) for name, stack in stacks.items()}
    return ResolvedEnv(
        environment=environment.name,
        values=MappingProxyType(values),
        layers=marked,
        findings=(*refused(marked, environment.name), *resolver.findings),
        schema=declared,
        development=is_development(environment),
    )


def is_development(environment: Environment) -> bool:
    """Tell whether development defaults apply: the environment that has a local layer, or is called dev."""
    return not environment.protected and (bool(environment.local) or environment.name == "dev")


def _layers(project: Project, environment: Environment, secrets: Layer | None, declared: Schema) -> tuple[Layer, ...]:
    """Return the layers, lowest first; ConfigError names every file that cannot be read, not only the first."""
    wanted = [(path, _layer_name(path)) for path in environment.layers]
    problems: list[ConfigError] = []
    if environment.local and os.path.lexists(project.root / environment.local):
        if not is_development(environment):
            problems.append(_protected(environment))
        wanted.append((environment.local, LOCAL))
    layers = [defaults(environment, declared)]
    for path, name in wanted:
        try:
            layers.append(env_files.read(project.root, path, name))
        except ConfigError as error:
            problems.append(error)
    try:
        last = entered(project.process, declared)
    except ConfigError as error:
        problems.append(error)
    if problems:
        raise together(problems)
    return (*layers, *((secrets,) if secrets else ()), last)


def _protected(environment: Environment) -> ConfigError:
    return ConfigError(
        f"environment {environment.name} is protected and must not have a local layer",
        where=Location(environment.local),
        fix="remove `local` from its table in pyproject.toml",
    )


def _layer_name(path: str) -> str:
    stem = PurePosixPath(path).stem
    return path if stem in (SCHEMA, LOCAL, SECRETS, PROCESS) else stem


def defaults(environment: Environment, declared: Schema) -> Layer:
    """Return the schema's defaults for `environment`, those for development in development only."""
    development = is_development(environment)
    return Layer(
        SCHEMA,
        declared.path,
        tuple(
            Assignment(each.name, each.default, each.origin, SCHEMA)
            for each in declared.variables.values()
            if each.default is not None and each.allowed_in(environment.name) and (development or not each.dev_default)
        ),
    )


def entered(process: Mapping[str, str], declared: Schema) -> Layer:
    """Return what enters from the process environment: declared names, their values literal.

    ConfigError for bytes that are no text: no container could be given them.
    """
    return Layer(
        PROCESS,
        "",
        tuple(
            Assignment(name, _decoded(name, process[name]), Location(""), PROCESS, interpolate=False)
            for name in declared.variables
            if name in process
        ),
    )


def _decoded(name: str, value: str) -> str:
    if value.isascii() or not any("\udc80" <= each <= "\udcff" for each in value):
        return value
    raise ConfigError(f"{name} in the process environment is not UTF-8", fix=f"unset {name}, or set it to text")


def _mark_secrets(layer: Layer, declared: Schema) -> Layer:
    def secret(assignment: Assignment) -> bool:
        variable = declared.variables.get(assignment.name)
        return layer.name == SECRETS or bool(variable and variable.secret)

    return replace(
        layer,
        assignments=tuple(
            replace(each, value=Secret(each.value)) if isinstance(each.value, str) and secret(each) else each
            for each in layer.assignments
        ),
    )


def _resolved(stack: list[Assignment], resolver: Resolver) -> Resolved:
    winner = stack[-1]
    outcome = resolver.resolve(winner.name)
    return Resolved(
        name=winner.name,
        value=outcome.value,
        origin=winner.origin,
        layer=winner.layer,
        shadowed=tuple(reversed(stack[:-1])),
        references=outcome.references,
        failed=outcome.failed,
    )
