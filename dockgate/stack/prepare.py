"""Everything that comes before containers: the resolved environment, pinned images, secrets on RAM, Compose's model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.compose import readers, resolve
from dockgate.compose.resolve import Composition, Inputs, Profiles
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.secrets import fetch, postgres_role, runtime_files
from dockgate.situation import handed
from dockgate.stack import fetched_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Environment
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.secrets.runtime_files import Rendered
    from dockgate.situation import Situation

NO_PROFILES = Profiles()


class Prepared(Struct, frozen=True):
    """A stack that could be created now; `images` are the pinned references by the variable that names them.

    `key` is for digests of what may be a secret.
    """

    target: Target
    resolved: ResolvedEnv
    images: Mapping[str, str]
    composition: Composition
    key: bytes = b""


def environment(situation: Situation, chosen: Environment, *, fetched: bool = True) -> ResolvedEnv:
    """Return the resolved environment; where its secrets were never made, ConfigError says which command makes them.

    Unless `fetched`, no provider is asked: a reference stands where its value would, for what only looks.
    """
    known = situation.resolved(chosen)
    resolved = fetch.resolve(situation.project, chosen, known) if fetched else known
    missing = [
        name
        for name, variable in resolved.schema.variables.items()
        if variable.secret and variable.required_in(chosen.name) and name not in resolved.values
    ]
    if missing:
        made = f"{', '.join(missing)} missing" if situation.store(chosen) else "the store does not exist yet"
        raise ConfigError(
            f"secrets of {chosen.name} are incomplete: {made}",
            where=Location(chosen.secrets),
            fix=f"inv secrets.init --env={chosen.name} creates the missing ones",
        )
    return resolved


def prepare(
    situation: Situation,
    target: Target,
    resolved: ResolvedEnv,
    images: Mapping[str, str],
    *,
    profiles: Profiles = NO_PROFILES,
) -> Prepared:
    """Render the secrets and let Compose resolve the stack: ready to be created."""
    rendered = runtime_files.render(situation.project, target, resolved, _version_key(situation, target))
    _noted(situation, target, rendered)
    return _prepared(situation, target, resolved, images, rendered, profiles)


def preview(
    situation: Situation,
    target: Target,
    resolved: ResolvedEnv,
    images: Mapping[str, str],
    *,
    profiles: Profiles = NO_PROFILES,
) -> Prepared:
    """Return what `prepare` would, without writing a secret: for plans, checks, and nodes that get secrets otherwise.

    What providers were not asked for is taken to be what the last start got.
    """
    seen = runtime_files.preview(situation.project, target, resolved, _version_key(situation, target))
    rendered = fetched_versions.assumed(situation.project, target, resolved, seen)
    if rendered is seen:
        _noted(situation, target, seen)
    return _prepared(situation, target, resolved, images, rendered, profiles)


def _noted(situation: Situation, target: Target, rendered: Rendered) -> None:
    written = situation.resolved(target.environment)
    fetched_versions.note(situation.project, target, written, rendered, _version_key(situation, target))


def _version_key(situation: Situation, target: Target) -> bytes:
    return runtime_files.version_key(situation.project, situation.store(target.environment))


def _prepared(
    situation: Situation,
    target: Target,
    resolved: ResolvedEnv,
    images: Mapping[str, str],
    rendered: Rendered,
    profiles: Profiles,
) -> Prepared:
    env = {**resolved.plain(), **images, readers.FOLDER: str(rendered.folder)}
    project = situation.project
    learners = postgres_role.learners(project)
    secrets, strict, key = handed(resolved), resolved.schema.declared, _version_key(situation, target)
    inputs = Inputs(env, rendered.versions, profiles, bool(target.instance), learners, secrets, strict, key)
    composition = resolve.resolve(project, target, inputs, lambda: situation.reading(target.environment))
    return Prepared(target, resolved, images, composition, key)
