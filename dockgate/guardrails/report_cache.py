"""Verdicts of whole runs, under a keyed hash of everything that went in: a run with nothing new costs the hashing."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.guardrails import build_contexts, deciding_files, guarded_files, permissions, served
from dockgate.guardrails.hit import Scope
from dockgate.guardrails.report import Report
from dockgate.images import dockerfiles, inputs
from dockgate.situation import SECRETS_FOLDER
from dockgate.system import cache, file_tree, git, regular_file, user_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.subject import Subject

PACKAGE = Path(__file__).parents[1]
HEAD_FILES = ("HEAD", "index")


def key(subject: Subject) -> str:
    """Return the hash of the inputs; keyed, because values of secrets are among them."""
    digest = hashlib.blake2b(key=user_files.machine_key(subject.project.process), digest_size=20)
    for part in _parts(subject):
        data = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()


def _parts(subject: Subject) -> Iterator[str | bytes]:
    project = subject.project
    yield _own_code()
    yield json.dumps([subject.today.isoformat(), sorted(subject.scopes), subject.environment.name])
    yield repr(sorted(guarded_files.missing(subject.model, SECRETS_FOLDER)))
    tracked = subject.situation.tracked()
    if Scope.MODEL in subject.scopes:
        yield repr(permissions.mounted(subject.model, project.root, tracked))
    if Scope.FILES in subject.scopes:
        yield repr(permissions.copied(_dockerfiles(project.root), subject.model, project.root, tracked))
    stacks = [dict(each) for each in subject.stack_labels]
    documents = (subject.model, subject.written, subject.uses, subject.above)
    yield json.dumps([project.settings, *documents, stacks], default=str)
    yield repr((subject.target, subject.shadowed_endpoint))
    yield json.dumps(dict(sorted(subject.resolved.clear().items())) if subject.resolved else None)
    for path in _files(subject):
        yield str(path)
        yield _content(path)
    metadata = git.metadata(project.root)
    if metadata:
        yield from (_content(metadata / name) for name in HEAD_FILES)
    if Scope.ENV in subject.scopes and metadata:
        yield "\0".join(sorted(subject.situation.ignored(subject.environment)))
    if Scope.TARGET in subject.scopes and subject.environment.protected and metadata:
        yield "\0".join(subject.situation.changes())
        yield repr(deciding_files.of(subject) is None)


def _files(subject: Subject) -> Iterator[Path]:
    root = subject.project.root
    names = ["env/schema.toml", "env/fingerprints.toml", ".env"]
    for each in subject.project.environments.values():
        names += [
            *each.layers,
            each.local,
            each.secrets,
            *(f"{Path(file).parent}/.env" for file in each.files),
        ]
    yield from (root / name for name in dict.fromkeys(names) if name)
    read = map(subject.situation.sources, subject.project.environments.values())
    yield from dict.fromkeys(path for each in read for path in each.local)
    if Scope.ENV in subject.scopes:
        yield from served.beside(subject.situation, subject.environment)
    for source in guarded_files.sources(subject.model, root) if Scope.MODEL in subject.scopes else ():
        yield from islice(file_tree.walk(source), guarded_files.MOST + 1) if os.path.isdir(source) else (source,)  # noqa: PTH112 - Path raises without permission
    if Scope.MODEL in subject.scopes:
        yield from build_contexts.inputs(build_contexts.seen(subject.project, subject.environment, subject.model))
    if Scope.FILES in subject.scopes:
        yield from dockerfiles.find(root)
        yield from inputs.sources(subject.project)
        yield from (root / name for name in subject.dotenvs)


def _dockerfiles(root: Path) -> Iterator[tuple[str, str]]:
    for path in dockerfiles.find(root):
        with suppress(OSError):  # its content below is another one then, too
            yield str(path.relative_to(root)), regular_file.text(path)


def _content(path: Path) -> bytes:
    try:
        return f"{path.stat().st_mode:o} {regular_file.sha256(path)}".encode()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return b"absent"
    except OSError as error:
        return f"unreadable {error.errno}".encode()  # looked at again by the run itself, which refuses


@lru_cache(1)
def _own_code() -> str:
    """Return what changes when Dockgate itself does."""
    found = []
    for base, folders, names in os.walk(PACKAGE):
        folders.sort()
        paths = (f"{base}/{name}" for name in sorted(names) if name.endswith(".py"))
        found += [(path, status.st_mtime_ns, status.st_size) for path in paths for status in (os.stat(path),)]  # noqa: PTH116 - of some hundred files
    return repr(found)


def load(path: Path, wanted: str) -> Report | None:
    """Return the report that was stored under this key, None without one: then the rules run."""
    return cache.read(path, wanted, Report)


def save(path: Path, used: str, report: Report) -> None:
    """Store a report under its key."""
    cache.write(path, used, report)
