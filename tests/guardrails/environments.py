"""Resolved environments for the tests of checks, made of text."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockgate.core.location import Location
from dockgate.core.project import Environment, Project
from dockgate.core.secret import Secret
from dockgate.env import env_files, layering, schema
from dockgate.env.env_files import Assignment, Layer
from dockgate.guardrails.context import Context
from tests.guardrails import scenes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.hit import Hit
    from dockgate.guardrails.rule import Rule

STORE = "env/x.secrets.age"
MOST = 25  # of what is found in a file of thousands of lines, one is like the other


def environment(name: str) -> Environment:
    """Return dev with a local layer, prod protected, any other plain."""
    local = "env/dev.local.env" if name == "dev" else ""
    return Environment(
        name=name,
        files=(),
        layers=(),
        local=local,
        secrets=STORE,
        protected=name == "prod",
        endpoints=(),
        profiles=(),
        images=MappingProxyType({}),
    )


def resolved(
    declared: str,
    base: str = "",
    *,
    name: str = "dev",
    own: str = "",
    secrets: Layer | None = None,
    process: dict[str, str] | None = None,
) -> ResolvedEnv:
    """Resolve an environment of these texts."""
    read = schema.parse(declared)
    chosen = environment(name)
    layers = [layering.defaults(chosen, read), env_files.parse(base, "env/base.env", "base")]
    layers.append(env_files.parse(own, f"env/{name}.env", name))
    layers += [secrets] if secrets else []
    layers.append(layering.entered(process or {}, read))
    return layering.merge(chosen, tuple(layers), read)


def store(*, sealed: bool = False, **values: str) -> Layer:
    """Return a secrets layer."""
    statements = (
        Assignment(name, Secret(value), Location(STORE, line), "secrets", interpolate=False)
        for line, (name, value) in enumerate(values.items(), 1)
    )
    return Layer("secrets", STORE, tuple(statements), sealed=sealed)


def found_by(rule: Rule, env: ResolvedEnv) -> list[Hit]:
    """Return what a rule finds in a resolved environment by itself."""
    chosen = environment(env.environment)
    hits = list(rule.check(Context(Project(Path("/srv/shop"), "shop", {}, {}, {}), chosen, date(2026, 6, 1), env)))
    scenes.hold(rule, hits[:MOST])
    return hits


def places(hits: Iterable[Hit]) -> list[tuple[str, int, str]]:
    """Return path, line and severity of each hit."""
    return [(each.location.path, each.location.line, str(each.severity)) for each in hits]
