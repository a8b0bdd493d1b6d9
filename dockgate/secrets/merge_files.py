"""Merging an environment's store where git left it: as its merge driver, or after a merge that stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, DockgateError
from dockgate.core.location import Location
from dockgate.secrets import age_file, conflict_markers, identities, merge
from dockgate.secrets import change as secret_change
from dockgate.secrets import store as secret_store
from dockgate.secrets.conflict_markers import Versions
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.secrets.fingerprints import merge as fingerprints_merge
from dockgate.secrets.fingerprints.fingerprint_file import FILE
from dockgate.secrets.merge import Merged
from dockgate.secrets.store import Store
from dockgate.system import atomic_file, git_conflict, regular_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockgate.core.project import Environment, Project
    from dockgate.secrets.conflicts import Side


def driven(process: Mapping[str, str], base: Path, current: Path, other: Path, shown: str) -> Merged:
    """Merge three files into `current`, as git's merge driver; no project is needed, for a merge may be changing it.

    A file that cannot be merged gets both versions whole, between git's markers, so that neither can be lost.
    """
    versions = Versions(*(regular_file.read(each) for each in (current, other, base)))
    try:
        if shown.endswith(FILE):
            text = fingerprint_file.text(fingerprints_merge.merge(versions))
            atomic_file.replace(current, text.encode(), age_file.COMMITTED)
            return Merged(Store(shown=shown), (), frozenset())
        made = _merged(process, versions, shown)
        _save(current, made)
    except DockgateError:
        atomic_file.replace(current, conflict_markers.marked(versions), age_file.COMMITTED)
        raise
    return made


def unfinished(project: Project, environment: Environment) -> Merged | None:
    """Return the merge that git left unfinished for a store; None where there is none.

    A store in which two values of a secret are kept is such a merge; else git's index has the versions, or the file
    itself between conflict markers.
    """
    path = project.root / environment.secrets
    data = age_file.content(path, environment.secrets) if path.exists() else b""
    marked = conflict_markers.inside(data)
    stages = git_conflict.stages(project, environment.secrets)
    if stages and (marked or data in {stages.ours, stages.theirs, b""}):
        if stages.ours is None or stages.theirs is None:
            fix = f"git add {environment.secrets} keeps the file, git rm {environment.secrets} removes it"
            raise ConfigError("was removed by one of the branches", where=Location(environment.secrets), fix=fix)
        return _merged(project.process, Versions(stages.ours, stages.theirs, stages.base or b""), environment.secrets)
    if marked:
        return _merged(project.process, conflict_markers.versions(data), environment.secrets)
    if not data:
        return None
    store = secret_store.opened(project, environment, data)
    return Merged(store, (), store.recipients) if store.conflicts else None


def finish(project: Project, environment: Environment, merged: Merged, choices: Mapping[str, Side]) -> Merged:
    """Choose, and write what is merged; return it. Fingerprints follow the last choice."""
    store = merge.chosen(merged.store, choices)
    done = Merged(store.addressed(merged.recipients), merged.taken, merged.recipients)
    if store.conflicts:
        _save(project.root / environment.secrets, done)
        return done
    secret_change.merged(project, environment, done.store, (*merged.taken, *choices))
    return done


def _merged(process: Mapping[str, str], versions: Versions, shown: str) -> Merged:
    base, ours, theirs = (
        _store(process, data, shown) if data else Store(shown=shown)
        for data in (versions.base, versions.ours, versions.theirs)
    )
    return merge.merge(base, ours, theirs)


def _store(process: Mapping[str, str], data: bytes, shown: str) -> Store:
    return secret_store.read(age_file.decrypt(data, shown, identities.load(process)), shown)


def _save(path: Path, merged: Merged) -> None:
    keys = merged.recipients
    if not keys:
        raise ConfigError("does not say who can open it", fix="inv secrets.edit on either branch writes it anew")
    age_file.write(path, merged.store.addressed(keys).text.reveal().encode(), keys)
