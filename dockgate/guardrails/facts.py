"""Collects what the rules look at into a Context: the edge of the guardrails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate import fingerprints, layering, schema, secretstore, verdicts
from dockgate.envfiles import SECRETS
from dockgate.errors import ConfigError
from dockgate.guardrails import filefacts, gitfacts, imagefacts, places
from dockgate.guardrails.context import Context
from dockgate.guardrails.evidence import Git
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.guardrails.places import Places
from dockgate.guardrails.rule import Hit, Scope
from dockgate.guardrails.rules import dg113_stray_dotenv
from dockgate.origin import Origin

if TYPE_CHECKING:
    from dockgate.guardrails.evidence import TextFile
    from dockgate.guardrails.subject import Subject
    from dockgate.layering import ResolvedEnv
    from dockgate.project import Environment, Project
    from dockgate.provenance import Provenance


def collect(subject: Subject) -> tuple[Context, verdicts.Verdicts]:
    """Return the context of a subject, and the verdicts to save after the run."""
    project, environment, scopes = subject.project, subject.environment, subject.scopes
    files = filefacts.Files(project.root)
    remembered = verdicts.of_machine(project.process)
    known = fingerprints.load(project.root)
    folders = filefacts.mounted(files, subject.model) if Scope.MODEL in scopes else frozenset[str]()
    if Scope.ENV in scopes:
        filefacts.layers(files, environment)
    if Scope.FILES in scopes:
        filefacts.committed(files, (file for each in project.environments.values() for file in each.files))
        filefacts.copied(files, imagefacts.sources(project))
    neighbours, unread = _neighbours(project, environment) if Scope.ENV in scopes else ({}, ())
    context = Context(
        project=project,
        environment=environment,
        today=subject.today,
        resolved=subject.resolved,
        model=subject.model,
        uses=subject.uses,
        target=subject.target,
        shadowed_endpoint=subject.shadowed_endpoint,
        stack_labels=subject.stack_labels,
        deploying=subject.deploying,
        git=gitfacts.read(project, dirty=Scope.TARGET in scopes and environment.protected),
        files=tuple(files.texts),
        folders=folders,
        present=frozenset(path for path in dg113_stray_dotenv.places(project) if (project.root / path).exists()),
        neighbours=neighbours,
        made=_made(subject) if Scope.ENV in scopes else {},
        matcher=FingerprintMatcher(known, _schema(subject), remembered),
        unread=(*files.unread, *unread),
        place=Places(project.root, environment.files),
        elsewhere=lambda: places.services(project.root, _of_others(project, environment)),
    )
    return context, remembered


def _of_others(project: Project, environment: Environment) -> tuple[str, ...]:
    files = (file for each in project.environments.values() for file in each.files)
    return tuple(dict.fromkeys(file for file in files if file not in environment.files))


def staged(project: Project) -> tuple[Context, verdicts.Verdicts]:
    """Return the context of what is about to be committed."""
    contents = gitfacts.staged(project)
    return _of_files(project, Git(frozenset(contents)), filefacts.of_index(contents))


def tracked(project: Project) -> tuple[Context, verdicts.Verdicts]:
    """Return the context of everything that git tracks; ConfigError outside a repository."""
    git = gitfacts.read(project, dirty=False)
    if git is None:
        raise ConfigError("this is no git repository, so nothing tells which files are its own", fix="git init")
    files = filefacts.Files(project.root)
    filefacts.tracked(files, git.tracked)
    return _of_files(project, git, tuple(files.texts), tuple(files.unread))


def _of_files(
    project: Project, git: Git, files: tuple[TextFile, ...], unread: tuple[Hit, ...] = ()
) -> tuple[Context, verdicts.Verdicts]:
    remembered = verdicts.of_machine(project.process)
    first = next(iter(project.environments.values()), None)
    if first is None:
        raise ConfigError("no environments are configured", fix="[tool.dockgate.environments.dev] in pyproject.toml")
    context = Context(
        project=project,
        environment=first,
        today=datetime.now(UTC).date(),
        git=git,
        files=files,
        matcher=FingerprintMatcher(fingerprints.load(project.root), None, remembered),
        unread=unread,
    )
    return context, remembered


def _schema(subject: Subject) -> schema.Schema | None:
    return subject.resolved.schema if subject.resolved else None


def _neighbours(project: Project, environment: Environment) -> tuple[dict[str, ResolvedEnv], tuple[Hit, ...]]:
    """Resolve the other environments as far as they go; what cannot be read cannot be compared with, and is said."""
    found: dict[str, ResolvedEnv] = {}
    unread = []
    for name, each in project.environments.items():
        if name == environment.name:
            continue
        try:
            found[name] = layering.survey(project, each, secretstore.layer(project, each, sealed=True))
        except ConfigError as error:
            where = error.where or Origin("pyproject.toml")
            unread.append(Hit(f"could not look into {name}: {error.what}", error.fix, where))
    return found, tuple(unread)


def _made(subject: Subject) -> dict[str, Provenance]:
    """Return how each value of production that its store holds came about, where the store can be opened."""
    env = subject.resolved
    if env is None or not subject.environment.protected or any(layer.sealed for layer in env.layers):
        return {}
    store = secretstore.load(subject.project, subject.environment)
    entries = store.entries if store else {}
    ours = (name for name, each in env.values.items() if each.layer == SECRETS and name in entries)
    return {name: made for name in ours if (made := entries[name].provenance)}
