"""What a change of secrets that was killed left: the next command about secrets completes it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.secrets import recipients
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.system import audit, marks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.project import Environment, Project
    from dockgate.secrets.store import Store
    from dockgate.system.marks import Mark

STORE, RECIPIENTS, ROTATE = "store", "recipients", "rotate"


class StoreIntent(Struct, frozen=True):
    """A store that is written, and what follows: fingerprints beside those in `kept`, a line in the audit log."""

    task: str
    names: tuple[str, ...]
    kept: tuple[str, ...]
    digest: str


class RecipientsIntent(Struct, frozen=True):
    """A store that is encrypted to other keys, before the file of recipients names them."""

    keys: dict[str, str]


class RotateIntent(Struct, frozen=True):
    """A secret that gets a new value: the names that change with it, and a digest of their new values."""

    name: str
    names: tuple[str, ...]
    digest: str


def digest(store: Store, names: Iterable[str]) -> str:
    """Return a digest of some values, with the store's own key: without the store, it says nothing of them."""
    values = {name: store.entries[name].value.reveal() for name in sorted(names) if name in store.entries}
    return hashlib.blake2b(json.dumps(values).encode(), key=store.key, digest_size=16).hexdigest() if store.key else ""


def settle(project: Project) -> tuple[str, ...]:
    """Complete what is marked on the stores of a project; return what was found and done, a line each."""
    said = []
    for environment in project.environments.values():
        for mark in marks.left(project, environment.secrets):
            done = {STORE: _store, RECIPIENTS: _recipients}[mark.action]
            said.append(f"{mark}: {done(project, environment, mark)}")
            marks.clear(project, environment.secrets, mark.action)
    return tuple(said)


def stored(project: Project, environment: Environment, intent: StoreIntent | RotateIntent) -> bool:
    """Return whether the new values of an intent are in the store."""
    store = secret_store.load(project, environment)
    return bool(store and intent.digest) and digest(store or secret_store.Store(), intent.names) == intent.digest


def record(project: Project, task: str, environment: Environment, names: Iterable[str]) -> None:
    """Say in the audit log whose secrets changed: names, never a value."""
    if said := ", ".join(names):
        audit.record(project, f"secrets.{task}", "done", environment=environment.name, names=said)


def _store(project: Project, environment: Environment, mark: Mark) -> str:
    intent: StoreIntent = marks.facts(mark, StoreIntent)
    store = secret_store.load(project, environment)
    if store is None or not stored(project, environment, intent):
        return f"it had not changed {environment.secrets}"
    fingerprint_policy.update(project.root, environment, store.entries.values(), intent.kept)
    if intent.task:
        record(project, intent.task, environment, intent.names)
    return f"{environment.secrets} has the new value, and its fingerprints are written now"


def _recipients(project: Project, environment: Environment, mark: Mark) -> str:
    intent: RecipientsIntent = marks.facts(mark, RecipientsIntent)
    store = secret_store.load(project, environment)
    if store is None or store.recipients != frozenset(intent.keys.values()):
        return f"it had not changed {environment.secrets}"
    recipients.save(project.root, {**recipients.load(project.root), environment.name: intent.keys})
    record(project, RECIPIENTS, environment, sorted(intent.keys))
    return f"{environment.secrets} was encrypted already, and {recipients.FILE} says so now"
