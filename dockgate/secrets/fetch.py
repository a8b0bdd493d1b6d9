"""Fetches secrets that live elsewhere: what a reference to a provider in a secret variable stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.secret import Secret
from dockgate.env import layering, provider_references
from dockgate.env.env_files import PROVIDERS, Assignment, Layer
from dockgate.env.providers import KINDS
from dockgate.secrets import store as secret_store

if TYPE_CHECKING:
    from dockgate.core.project import Environment, Project
    from dockgate.env.resolved import Resolved, ResolvedEnv


def resolve(project: Project, environment: Environment, resolved: ResolvedEnv) -> ResolvedEnv:
    """Return the environment with what its references stand for, as a layer of its own on top.

    Secret variables only, and not those of the encrypted store, whose values are literal. A provider that fails is an
    error which says nothing of what it printed.
    """
    wanted = provider_references.of(resolved)
    if not wanted:
        return resolved
    read: dict[str, Secret] = {}
    for each in wanted.values():
        reference = each.reveal()
        if reference not in read:
            read[reference] = _read(project, each, reference)
    fetched = tuple(
        Assignment(name, read[each.reveal()], each.origin, PROVIDERS, interpolate=False)
        for name, each in wanted.items()
    )
    layers = (*resolved.layers, Layer(PROVIDERS, "", fetched))
    return layering.merge(environment, layers, resolved.schema)


def named(project: Project, environment: Environment) -> dict[str, str]:
    """Return the secrets that live elsewhere by name, each with what is asked for it; nothing is asked."""
    resolved = layering.survey(project, environment, secret_store.layer(project, environment, sealed=True))
    said = {name: each.reveal() for name, each in provider_references.of(resolved).items()}
    return {
        name: provider_references.shown(reference)
        for name, reference in said.items()
        if provider_references.is_reference(reference)
    }


def fetched(project: Project, environment: Environment) -> dict[str, Secret]:
    """Ask for all secrets that live elsewhere; the error of the first one that fails, which says nothing of it."""
    resolved = layering.survey(project, environment, secret_store.layer(project, environment))
    return given(resolve(project, environment, resolved))


def given(resolved: ResolvedEnv) -> dict[str, Secret]:
    """Return what providers gave."""
    values = {name: each.value for name, each in resolved.values.items() if each.layer == PROVIDERS}
    return {name: value for name, value in values.items() if isinstance(value, Secret)}


def _read(project: Project, each: Resolved, reference: str) -> Secret:
    if wrong := provider_references.fault(reference, tuple(project.table("providers"))):
        raise ConfigError(f"{each.name} {wrong}", where=each.origin)
    kind, _, rest = reference.partition(":")
    try:
        value = KINDS[kind].fetch(project, rest)
    except DockgateError as error:
        error.what = f"{each.name}: {error.what}"
        error.where = error.where or each.origin
        raise
    text = value.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ConfigError(f"{each.name}: {kind}: returned an empty value", where=each.origin)
    if "\0" in text:
        raise ConfigError(
            f"{each.name}: {kind}: returned a NUL byte, which a variable cannot contain", where=each.origin
        )
    return Secret(text)
