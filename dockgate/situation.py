"""What one command looks at: each part is read once, and the guard, the plan and the run are given the same.

A part is read when it is first asked for, and kept, an error too: what cannot be read does not change by asking again.
A command that changes what it has read (a rotation, a rollback) goes on with a new situation. What moves by itself
(containers, images) is looked at again where it is acted on.
"""

from __future__ import annotations

import os.path
from concurrent.futures import Future
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from dockgate.compose import readers, resolve, sources
from dockgate.compose.handed import Handed
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.compose.sources import Role
from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.core.target import Target
from dockgate.engine import containers as engine_containers
from dockgate.env import layering, release_pointer, schema
from dockgate.secrets import age_file
from dockgate.secrets import store as secret_store
from dockgate.system.git import Git, top_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.compose.resolve import Reading
    from dockgate.compose.sources import Sources
    from dockgate.core.project import Environment, Project
    from dockgate.engine.containers import Container
    from dockgate.env.release_pointer import Pointer
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.env.schema import Schema
    from dockgate.secrets.store import Store

T = TypeVar("T")
Of = TypeVarTuple("Of")
# What only a start knows: images are built and pinned by then, secrets are files on RAM.
PINNED = "@sha256:" + "0" * 64
STAND_IN = "not-known-here-"
SECRETS_FOLDER = "/run/dockgate"
# A stack of its own name, so that the model which `up` has cached stays.
INSTANCE = "guard"
ALL_PROFILES = Profiles(("*",))


class Situation:
    """The parts of one command's view of a project; safe to ask from several threads."""

    def __init__(self, project: Project, pointers: Mapping[str, Pointer] = MappingProxyType({})) -> None:
        """Look at a project; nothing is read yet. `pointers` are taken for those that are about to be written."""
        self.project = project
        self._lock = Lock()
        self._kept: dict[tuple[str, str], Future[Any]] = {}
        for environment, pointer in pointers.items():
            self._kept[self._pointer.__name__, environment] = given = Future[Any]()
            given.set_result(pointer)

    @property
    def schema(self) -> Schema:
        """Return the declared variables."""
        return self._once(self._schema)

    def store(self, environment: Environment) -> Store | None:
        """Return the decrypted secrets, None without a file; SealedError where this user cannot open it."""
        return self._once(self._store, environment, by=environment.name)

    def survey(self, environment: Environment) -> ResolvedEnv:
        """Return the environment resolved as far as it goes; a store that is closed to this user is a sealed layer."""
        return self._once(self._survey, environment, by=environment.name)

    def resolved(self, environment: Environment) -> ResolvedEnv:
        """Return the environment with its secrets; ConfigError where one is closed or a value is undefined."""
        self.store(environment)
        return layering.defined(self.survey(environment))

    def pointer(self, environment: str) -> Pointer | None:
        """Return which release an environment runs, None where nothing was promoted."""
        return self._once(self._pointer, environment, by=environment)

    def reading(self, environment: Environment) -> Reading:
        """Return what Compose makes of the environment's files; no engine is asked."""
        return self._once(self._reading, environment, by=environment.name)

    def sources(self, environment: Environment) -> Sources:
        """Return the files that Compose reads for an environment: its own, and those that they name."""
        return self._once(self._sources, environment, by=environment.name)

    def tracked(self) -> Mapping[str, str] | None:
        """Return the paths that git tracks with their modes, None outside a repository."""
        return self._once(Git(self.project).tracked)

    def ignored(self, environment: Environment) -> frozenset[str]:
        """Return the env files of an environment and of its services that git ignores."""
        return self._once(self._ignored, environment, by=environment.name)

    def changes(self) -> tuple[str, ...]:
        """Return the paths with changes that are not committed."""
        return self._once(Git(self.project).changes)

    def containers(self, target: Target) -> tuple[Container, ...]:
        """Return the containers of a stack as the command found them."""
        return self._once(_containers, target, by=target.project)

    def _schema(self) -> Schema:
        return schema.load(self.project.root, self.project.environments)

    def _store(self, environment: Environment) -> Store | None:
        return secret_store.load(self.project, environment)

    def _pointer(self, environment: str) -> Pointer | None:
        return release_pointer.read(self.project.root, environment)

    def _survey(self, environment: Environment) -> ResolvedEnv:
        try:
            secrets = secret_store.stated(environment, self.store(environment))
        except age_file.SealedError:
            secrets = secret_store.closed(environment)
        return layering.survey(self.project, environment, secrets, self.schema)

    def _ignored(self, environment: Environment) -> frozenset[str]:
        root, top = self.project.root, top_of(self.project.root)
        served = self.sources(environment).of(Role.VARIABLES, Role.RAW)
        paths = {*environment.layers, *(os.path.relpath(path, root) for path in served if path.is_relative_to(top))}
        return Git(self.project).ignored(sorted(paths - (self.tracked() or {}).keys()))

    def _sources(self, environment: Environment) -> Sources:
        root = self.project.root
        try:
            values = self.survey(environment).plain()
        except ConfigError:
            values = {}  # said where the environment itself is judged; a path without its variable is not found
        return sources.read([root / file for file in environment.files], root / environment.directory, values)

    def _reading(self, environment: Environment) -> Reading:
        from dockgate.images import settings  # noqa: PLC0415 - only where Compose's model is wanted

        project, resolved = self.project, self.survey(environment)
        images = settings.of(settings.load(project), environment)
        pins = {image.variable: f"{project.name}/{image.name}{PINNED}" for image in images}
        env = {**pins, readers.FOLDER: SECRETS_FOLDER, **resolved.plain()}
        target = Target(str(project.root), project.name, environment, INSTANCE, Endpoint(DEFAULT_HOST, "default"))
        closed = self._closed(environment)
        inputs = Inputs(env, {}, ALL_PROFILES, secrets=handed(resolved, closed=closed), strict=resolved.schema.declared)
        return resolve.read(project, target, inputs)

    def _closed(self, environment: Environment) -> bool:
        """Return whether the values of secrets are not known here: they do not exist yet, or are another user's."""
        try:
            return self.store(environment) is None
        except age_file.SealedError:
            return True

    def _once(self, read: Callable[[*Of], T], *of: *Of, by: str = "") -> T:
        """Return what a function reads of something, kept `by` the name of that."""
        part = read.__name__, by
        with self._lock:
            known: Future[T] | None = self._kept.get(part)
            if known is None:
                mine: Future[T] = Future()
                self._kept[part] = mine
        if known is not None:
            return known.result()
        try:
            mine.set_result(read(*of))
        except BaseException as error:  # another thread may wait for it, which Ctrl-C ends as well
            mine.set_exception(error)
            raise
        return mine.result()


def handed(resolved: ResolvedEnv, *, closed: bool = False) -> Handed:
    """Return what Compose may be handed of an environment's secrets; where they are `closed`, stand-ins for them."""
    variables, environment = resolved.schema.variables, resolved.environment
    secret = {name for name, each in variables.items() if each.secret}
    own = {name for name in secret if variables[name].allowed_in(environment)}
    values = resolved.secrets()
    lacking = {name for name in own if not values.get(name)}
    if closed:
        values |= {name: Secret(STAND_IN + name.lower()) for name in lacking}
        lacking = set()
    fixes = {name: _way(resolved, name) for name in sorted(lacking)}
    return Handed(values, fixes, frozenset(secret - own), frozenset(variables))


def _way(resolved: ResolvedEnv, name: str) -> str:
    """Return how to give an environment a secret: development has no store, its values are in a file."""
    if resolved.development:
        return f"set {name} in {resolved.own_file}"
    return f"inv secrets.set {name} --env={resolved.environment}"


def _containers(target: Target) -> tuple[Container, ...]:
    return engine_containers.containers(target.endpoint, target.project)
