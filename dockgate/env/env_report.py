"""What the tasks `env.…` show about resolved environments; no value of a secret is in any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError
from dockgate.core.secret import MASK, Secret
from dockgate.core.suggest import near
from dockgate.env.env_files import PROCESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockgate.core.location import Location
    from dockgate.env.resolved import ResolvedEnv

UNDECLARED = "undeclared"


def explain(env: ResolvedEnv, name: str) -> Mapping[str, Any]:
    """Return where the value of `name` comes from, what it shadows, what it refers to and who reads it."""
    variable = env.schema.variables.get(name)
    resolved = env.values.get(name)
    if variable is None and resolved is None:
        raise ConfigError(
            f"unknown variable {name!r} in {env.environment}." + near(name, {*env.schema.variables, *env.values}),
            fix=f"inv env.list --env={env.environment} shows all",
        )
    secret = _is_secret(env, name)
    return {
        "name": name,
        "value": _shown(resolved.value, secret=secret) if resolved else None,
        "secret": secret,
        "origin": _origin(resolved.layer, resolved.origin) if resolved else None,
        "shadowed": [
            {**_origin(each.layer, each.origin), "value": _shown(each.value, secret=secret)}
            for each in (resolved.shadowed if resolved else ())
        ],
        "references": list(resolved.references) if resolved else [],
        "readers": list(variable.readers) if variable else [],
    }


def variables(env: ResolvedEnv) -> Mapping[str, Any]:
    """Return every variable that may exist in `env` or does, with its type and where it is set."""
    declared = [each.name for each in env.schema.variables.values() if each.allowed_in(env.environment)]
    return {"variables": [_row(env, name) for name in dict.fromkeys((*declared, *env.values))]}


def _row(env: ResolvedEnv, name: str) -> Mapping[str, Any]:
    variable, resolved = env.schema.variables.get(name), env.values.get(name)
    return {
        "name": name,
        "type": variable.type if variable else UNDECLARED,
        "secret": _is_secret(env, name),
        "required": bool(variable and variable.required_in(env.environment)),
        "origin": _origin(resolved.layer, resolved.origin) if resolved else None,
    }


def difference(one: ResolvedEnv, other: ResolvedEnv) -> Mapping[str, Any]:
    """Return what `other` adds, lacks and has otherwise than `one`; of secrets only whether they are equal.

    Secrets that cannot be read here, in either environment, are left out: nothing is known about them.
    """
    names = [name for name in dict.fromkeys((*one.values, *other.values)) if not _unreadable((one, other), name)]
    both = [name for name in names if name in one.values and name in other.values]
    changed = [name for name in both if one.values[name].reveal() != other.values[name].reveal()]
    return {
        "environment": one.environment,
        "with": other.environment,
        "added": [_entry(other, name) for name in names if name not in one.values],
        "removed": [_entry(one, name) for name in names if name not in other.values],
        "changed": [_change(one, other, name) for name in changed],
        "secrets": {
            name: "different" if name in changed else "equal"
            for name in both
            if _is_secret(one, name) or _is_secret(other, name)
        },
    }


def _unreadable(envs: Iterable[ResolvedEnv], name: str) -> bool:
    return any(_sealed(env) and _is_secret(env, name) and name not in env.values for env in envs) or any(
        env.values[name].failed for env in envs if name in env.values
    )


def _sealed(env: ResolvedEnv) -> bool:
    return any(layer.sealed for layer in env.layers)


def _is_secret(env: ResolvedEnv, name: str) -> bool:
    """Return whether the value of `name` must not be shown: an undeclared one may be a secret."""
    variable, resolved = env.schema.variables.get(name), env.values.get(name)
    return variable is None or variable.secret or bool(resolved and isinstance(resolved.value, Secret))


def _entry(env: ResolvedEnv, name: str) -> Mapping[str, Any]:
    secret = _is_secret(env, name)
    return {"name": name, "secret": secret, "value": _shown(env.values[name].value, secret=secret)}


def _change(one: ResolvedEnv, other: ResolvedEnv, name: str) -> Mapping[str, Any]:
    secret = _is_secret(one, name) or _is_secret(other, name)
    return {
        "name": name,
        "secret": secret,
        "from": _shown(one.values[name].value, secret=secret),
        "to": _shown(other.values[name].value, secret=secret),
    }


def _shown(value: str | Secret | None, *, secret: bool) -> str | None:
    if value is None:
        return None
    return MASK if secret or isinstance(value, Secret) else value


def _origin(layer: str, origin: Location) -> Mapping[str, Any]:
    if layer == PROCESS:
        return {"layer": layer, "path": None, "line": None}
    return {"layer": layer, "path": origin.path, "line": origin.line}
