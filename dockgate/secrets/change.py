"""Changes of a store: whatever is written is checked first, and fingerprinted afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.core.suggest import near
from dockgate.env import schema, value_types
from dockgate.secrets import metadata, recovery
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.metadata import Source
from dockgate.secrets.recovery import StoreIntent
from dockgate.system import marks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.project import Environment, Project
    from dockgate.core.secret import Secret
    from dockgate.env.schema import Schema
    from dockgate.secrets.store import Store


def opened(project: Project, environment: Environment, plain: str = "") -> Store:
    """Return the store of an environment; ConfigError says how to make one where there is none.

    `plain` says how to change a secret of an environment that has none: development's values are in a file.
    """
    store = secret_store.load(project, environment)
    if store is None:
        fix = f"inv secrets.init --env={environment.name}"
        if environment.is_development:
            fix = plain or f"{environment.name}'s values are in {environment.last_layer}"
        raise ConfigError(f"{environment.name} has no encrypted secrets", where=Location(environment.secrets), fix=fix)
    return store


def write(project: Project, environment: Environment, before: Store, after: Store, task: str = "") -> tuple[str, ...]:
    """Check, encrypt and fingerprint a store; return the names that changed. Nothing is written if a check fails.

    With `task`, the change gets its line in the audit log.
    """
    kept = fingerprint_policy.elsewhere(project.root, environment, before)
    return _written(project, environment, after.keyed(), changed(before, after), kept, task)


def merged(project: Project, environment: Environment, store: Store, names: Iterable[str]) -> tuple[str, ...]:
    """Check, encrypt and fingerprint a store that was merged; `names` came from the other branch, or are gone."""
    changes = tuple(names)
    kept = fingerprint_policy.elsewhere(project.root, environment, store) - {*changes}
    return _written(project, environment, store, changes, kept, "merge")


def _written(
    project: Project, environment: Environment, after: Store, names: tuple[str, ...], kept: frozenset[str], task: str
) -> tuple[str, ...]:
    declared = schema.load(project.root)
    for name in names:
        if name in after.entries:
            _check(declared, environment, after, name)
    intent = StoreIntent(task, names, tuple(sorted(kept - after.entries.keys())), recovery.digest(after, names))
    message = f"secrets.{task or 'rotate'} {' '.join(names)} --env={environment.name}"
    with marks.marked(project, environment.secrets, recovery.STORE, message, **asdict(intent)):
        secret_store.save(project, environment, after)
        fingerprint_policy.update(project.root, environment, after.entries.values(), intent.kept)
        if task:
            recovery.record(project, task, environment, names)
    return names


def changed(before: Store, after: Store) -> tuple[str, ...]:
    """Return the names that are new, gone or of another value."""
    old = {name: entry.value for name, entry in before.entries.items()}
    new = {name: entry.value for name, entry in after.entries.items()}
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def given(project: Project, environment: Environment, name: str, value: Secret) -> tuple[str, ...]:
    """Set one secret to a given value."""
    before = opened(project, environment)
    after = before.with_value(name, value, metadata.today(Source.GIVEN))
    return write(project, environment, before, after, "set")


def edited(project: Project, environment: Environment, before: Store, text: Secret) -> tuple[str, ...]:
    """Take over an edited text; what changed in it counts as given today."""
    after = secret_store.Store(text, before.shown)
    for name in changed(before, after):
        if name in after.entries:
            after = after.recorded(name, metadata.today(Source.GIVEN))
    names = changed(before, after)
    return write(project, environment, before, after, "edit") if names or before.text != text else ()


def _check(declared: Schema, environment: Environment, store: Store, name: str) -> None:
    variable, entry = declared.variables.get(name), store.entries[name]
    if variable is None:
        fix = f"declare it in {declared.path}, with secret = true"
        raise ConfigError(f"{name} is not a variable of the schema." + near(name, declared.variables), fix=fix)
    if not variable.secret:
        fix = f"put it into {environment.last_layer}, or give it secret = true in {declared.path}"
        raise ConfigError(f"{name} is not a secret", where=variable.origin, fix=fix)
    if not variable.allowed_in(environment.name):
        raise ConfigError(f"{name} is not allowed in {environment.name}", where=variable.origin)
    if not entry.value:
        raise ConfigError(
            f"{name} is empty", fix=f"inv secrets.set {name} --env={environment.name} reads it from stdin"
        )
    if wrong := value_types.fault(variable, entry.value.reveal()):
        raise ConfigError(f"{name} {wrong}", where=variable.origin)
    fingerprint_policy.check(environment, entry)
