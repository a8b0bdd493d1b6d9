"""One resolved environment out of its layers; every value knows where it came from and what it shadowed."""

from __future__ import annotations

import os.path
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.errors import ConfigError, together
from dockgate.core.findings import blocking, summary
from dockgate.core.location import Location
from dockgate.core.secret import Secret
from dockgate.env import env_files, provider_references, schema
from dockgate.env.env_files import LOCAL, PROCESS, SCHEMA, SECRETS, Assignment, Layer
from dockgate.env.malformed import is_composes, refused
from dockgate.env.resolved import Resolved, ResolvedEnv
from dockgate.env.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Environment, Project
    from dockgate.env.schema import Schema


def resolve(project: Project, environment: Environment, secrets: Layer | None) -> ResolvedEnv:
    """Resolve `environment`; ConfigError where a statement or a reference has no defined meaning."""
    return defined(survey(project, environment, secrets))


def defined(resolved: ResolvedEnv) -> ResolvedEnv:
    """Return a resolved environment whose every value is defined; ConfigError for the first that is not."""
    if blocked := blocking(resolved.findings):
        first = blocked[0]
        what = summary(blocked, f"inv env.check --env={resolved.environment}")
        raise ConfigError(what, where=first.location, fix=first.fix)
    return resolved


def survey(
    project: Project, environment: Environment, secrets: Layer | None, declared: Schema | None = None
) -> ResolvedEnv:
    """Resolve `environment` as far as it goes, with problems as findings; ConfigError on unreadable files only.

    `declared` is the schema where the caller has it.
    """
    declared = declared or schema.load(project.root, project.environments)
    env = merge(environment, _layers(project, environment, secrets, declared), declared)
    malformed = provider_references.findings(env, tuple(project.table("providers")))
    return replace(env, findings=(*env.findings, *malformed))


def merge(environment: Environment, layers: tuple[Layer, ...], declared: Schema) -> ResolvedEnv:
    """Merge `layers`, lowest first, and resolve their references: pure."""
    known = tuple(marked(layer, declared) for layer in layers)
    stacks: dict[str, list[Assignment]] = {}
    for layer in known:
        for assignment in layer.assignments:
            if assignment.value is not None and not is_composes(assignment):
                stacks.setdefault(assignment.name, []).append(assignment)
    held = [layer for layer in layers if layer.name == SECRETS]
    locked = any(layer.sealed for layer in held) or not (held or environment.is_development)
    resolver = Resolver(
        {name: stack[-1] for name, stack in stacks.items()}, environment.name, declared.variables, locked=locked
    )
    values = {name: _resolved(stack, resolver) for name, stack in stacks.items()}
    return ResolvedEnv(
        environment=environment.name,
        values=MappingProxyType(values),
        layers=known,
        findings=(*refused(known, environment.name), *resolver.findings),
        schema=declared,
        development=environment.is_development,
        local=environment.local,
    )


def _layers(project: Project, environment: Environment, secrets: Layer | None, declared: Schema) -> tuple[Layer, ...]:
    """Return the layers, lowest first; ConfigError names every file that cannot be read, not only the first."""
    wanted = [(path, _layer_name(path)) for path in environment.layers]
    problems: list[ConfigError] = []
    if environment.local and os.path.lexists(project.root / environment.local):
        if not environment.is_development:
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
        fix="remove `local` from its table in the configuration",
    )


def _layer_name(path: str) -> str:
    stem = PurePosixPath(path).stem
    return path if stem in (SCHEMA, LOCAL, SECRETS, PROCESS) else stem


def defaults(environment: Environment, declared: Schema) -> Layer:
    """Return the schema's defaults for `environment`, those for development in development only."""
    development = environment.is_development
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


def marked(layer: Layer, declared: Schema) -> Layer:
    """Return a layer whose declared secrets are values that no output shows."""

    def secret(assignment: Assignment) -> bool:
        variable = declared.variables.get(assignment.name)
        return variable.secret if variable else layer.name == SECRETS

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
