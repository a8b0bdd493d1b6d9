"""Collects what the rules look at into a Context: the edge of the guardrails."""

from __future__ import annotations

import os.path
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.compose import source_map, volume_strings
from dockgate.compose.source_map import SourceMap
from dockgate.compose.sources import Role
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.env.env_files import SECRETS
from dockgate.guardrails import build_contexts, deciding_files, guarded_files, permissions, served
from dockgate.guardrails.context import UNRESOLVED, Context
from dockgate.guardrails.evidence import Kind, Skipped
from dockgate.guardrails.hit import Hit, Scope
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.guardrails.rules import dg113_stray_dotenv
from dockgate.images import inputs
from dockgate.secrets.fingerprints import innocent_cache
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.situation import SECRETS_FOLDER
from dockgate.system import git_index
from dockgate.system.git import Git, GitFiles, top_of

if TYPE_CHECKING:
    from dockgate.compose.volume_strings import Written
    from dockgate.core.project import Environment, Project
    from dockgate.env.env_files import Layer
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.env.schema import Schema
    from dockgate.guardrails.permissions import Closed
    from dockgate.guardrails.subject import Subject
    from dockgate.secrets.metadata import SecretMetadata


def collect(subject: Subject) -> tuple[Context, innocent_cache.InnocentCache]:
    """Return the context of a subject, and the verdicts to save after the run."""
    project, environment, scopes = subject.project, subject.environment, subject.scopes
    files = guarded_files.Files(project.root, top=top_of(project.root))
    remembered = innocent_cache.of_machine(project.process)
    folders, taken = _used(subject, files)
    _stated(subject, files)
    neighbours, unread = _neighbours(subject) if Scope.ENV in scopes else ({}, ())
    given, undecoded = _served(subject, files) if Scope.ENV in scopes else ({}, ())
    return Context(
        project=project,
        environment=environment,
        today=subject.today,
        resolved=subject.resolved or UNRESOLVED,
        model=subject.model,
        written=subject.written,
        uses=subject.uses,
        target=subject.target,
        shadowed_endpoint=subject.shadowed_endpoint,
        stack_labels=subject.stack_labels,
        git=_git(subject),
        deciding=deciding_files.of(subject),
        files=tuple(files.texts),
        folders=folders,
        missing=guarded_files.missing(subject.model, SECRETS_FOLDER),
        closed=_closed(subject, files),
        taken=taken,
        short_volumes=_short_volumes(subject),
        present=frozenset(path for path in dg113_stray_dotenv.places(project) if (project.root / path).exists()),
        neighbours=neighbours,
        served=given,
        named=served.named(subject.situation, environment) if Scope.ENV in scopes else {},
        beside=_beside(subject),
        made=_made(subject) if Scope.ENV in scopes else {},
        matcher=FingerprintMatcher(fingerprint_match.load(project.root), _schema(subject), remembered),
        unread=(*files.unread, *unread, *undecoded),
        skipped=tuple(files.skipped),
        place=SourceMap(project.root, _written(subject)),
        elsewhere=lambda: source_map.services(project.root, _of_others(project, environment)),
    ), remembered


def _short_volumes(subject: Subject) -> tuple[tuple[Written, Location], ...]:
    """Return the volumes of the Compose files as they are written, with their places."""
    root, situation = subject.project.root, subject.situation
    files = situation.sources(subject.environment).of(Role.COMPOSE) if Scope.MODEL in subject.scopes else ()
    values = subject.resolved.plain() if subject.resolved else {}
    return tuple(
        (each, Location(os.path.relpath(each.path, root), each.line, each.column))
        for each in volume_strings.written(files, values)
    )


def _stated(subject: Subject, files: guarded_files.Files) -> None:
    """Add the env files, and what belongs to no environment."""
    project, environment = subject.project, subject.environment
    if Scope.ENV in subject.scopes:
        guarded_files.layers(files, environment)
        guarded_files.stray(files, dg113_stray_dotenv.places(project), environment)
    if Scope.FILES in subject.scopes:
        guarded_files.committed(files, map(subject.situation.sources, project.environments.values()))
        guarded_files.copied(files, inputs.sources(project))
        guarded_files.tracked(files, subject.dotenvs)


def _used(subject: Subject, files: guarded_files.Files) -> tuple[frozenset[str], dict[str, str]]:
    """Add what the services mount and are built of; return the mounted folders, and the lines that take each file."""
    model = subject.model if Scope.MODEL in subject.scopes else {}
    return guarded_files.mounted(files, model), build_contexts.collect(
        files, build_contexts.seen(subject.project, subject.environment, model)
    )


def _closed(subject: Subject, files: guarded_files.Files) -> dict[str, Closed]:
    """Return what the users of containers cannot read of what they are given."""
    root, tracked = subject.project.root, subject.situation.tracked()
    dockerfiles = [(file.path, file.text) for file in files.texts if file.kind is Kind.DOCKERFILE]
    found = permissions.copied(dockerfiles, subject.model, root, tracked)
    return found | (permissions.mounted(subject.model, root, tracked) if Scope.MODEL in subject.scopes else {})


def _written(subject: Subject) -> tuple[str, ...]:
    """Return the Compose files of an environment as they are shown, those first that others build on."""
    root, own = subject.project.root, subject.environment.files
    read = (os.path.relpath(path, root) for path in subject.situation.sources(subject.environment).of(Role.COMPOSE))
    return (*(file for file in read if file not in own), *own)


def _git(subject: Subject) -> GitFiles | None:
    situation, environment = subject.situation, subject.environment
    tracked = situation.tracked()
    if tracked is None:
        return None
    changes = situation.changes() if Scope.TARGET in subject.scopes and environment.protected else ()
    ignored = situation.ignored(environment) if Scope.ENV in subject.scopes else frozenset[str]()
    every = {**tracked, **subject.above}
    return GitFiles(frozenset(every), changes, ignored, git_index.links(subject.project.root, every))


def _of_others(project: Project, environment: Environment) -> tuple[str, ...]:
    files = (file for each in project.environments.values() for file in each.files)
    return tuple(dict.fromkeys(file for file in files if file not in environment.files))


def staged(project: Project) -> tuple[Context, innocent_cache.InnocentCache]:
    """Return the context of what is about to be committed."""
    git = Git(project)
    contents, links = git_index.staged(git), git_index.links(project.root, git.tracked() or {})
    return _of_files(project, GitFiles(frozenset(contents), links=links), guarded_files.of_index(contents))


def tracked(project: Project) -> tuple[Context, innocent_cache.InnocentCache]:
    """Return the context of everything that git tracks; ConfigError outside a repository."""
    paths = Git(project).tracked()
    if paths is None:
        raise ConfigError("this is no git repository, so its own files are not known", fix="git init")
    files = guarded_files.Files(project.root)
    guarded_files.tracked(files, paths)
    return _of_files(project, GitFiles(frozenset(paths), links=git_index.links(project.root, paths)), files)


def _of_files(
    project: Project, git: GitFiles, files: guarded_files.Files
) -> tuple[Context, innocent_cache.InnocentCache]:
    remembered = innocent_cache.of_machine(project.process)
    above = (Skipped("..", "of this repository, above this project"),) if top_of(project.root) != project.root else ()
    first = project.environment(next(iter(project.environments), ""))
    context = Context(
        project=project,
        environment=first,
        today=datetime.now(UTC).date(),
        git=git,
        files=tuple(files.texts),
        matcher=FingerprintMatcher(fingerprint_match.load(project.root), None, remembered),
        unread=tuple(files.unread),
        skipped=(*files.skipped, *above),
    )
    return context, remembered


def _schema(subject: Subject) -> Schema | None:
    return subject.resolved.schema if subject.resolved else None


def _neighbours(subject: Subject) -> tuple[dict[str, ResolvedEnv], tuple[Hit, ...]]:
    """Resolve the other environments as far as they go; what cannot be read cannot be compared with, and is said."""
    found: dict[str, ResolvedEnv] = {}
    unread = []
    for name, each in subject.project.environments.items():
        if name == subject.environment.name:
            continue
        try:
            found[name] = subject.situation.survey(each)
        except ConfigError as error:
            where = error.where or Location(subject.project.file)
            unread.append(Hit(f"could not read {name}: {error.what}", error.fix, where))
    return found, tuple(unread)


def _served(subject: Subject, files: guarded_files.Files) -> tuple[dict[str, tuple[Layer, ...]], tuple[Hit, ...]]:
    """Read the env files of services, of every environment: what one has must not be in another."""
    found: dict[str, tuple[Layer, ...]] = {}
    unread: list[Hit] = []
    for name, each in subject.project.environments.items():
        found[name], hits = served.read(subject.situation, each, subject.situation.schema)
        unread += hits if name == subject.environment.name else ()
    guarded_files.served(files, found.get(subject.environment.name, ()))
    return found, tuple(unread)


def _beside(subject: Subject) -> tuple[Layer, ...]:
    """Read production's env files that no environment reads."""
    paths = served.beside(subject.situation, subject.environment) if Scope.ENV in subject.scopes else ()
    return served.laid(subject.project.root, paths)


def _made(subject: Subject) -> dict[str, SecretMetadata]:
    """Return how each value of production that its store holds came about, where the store can be opened."""
    env = subject.resolved
    if env is None or not subject.environment.protected or any(layer.sealed for layer in env.layers):
        return {}
    store = subject.situation.store(subject.environment)
    entries = store.entries if store else {}
    ours = (name for name, each in env.values.items() if each.layer == SECRETS and name in entries)
    return {name: made for name in ours if (made := entries[name].metadata)}
