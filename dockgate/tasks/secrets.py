"""Tasks for the secrets of an environment; a value is never an argument and never printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.errors import ConfigError, FindingsError
from dockgate.tasks import recipients, rotation, secretinput
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dockgate.project import Environment
    from dockgate.secretinit import Initialised
    from dockgate.secretstore import Store

ENV = "environment: staging or prod"


@command(help={"env": ENV, **secretinput.TLS, **secretinput.WAIT})
def init(session: Session, *, env: str = "", tls_cert: str = "", tls_key: str = "", lock_wait: int = 0) -> None:
    """Create an age identity where there is none, and strong values for every secret that is missing."""
    from dockgate import secretinit

    environment = session.target(env).environment
    needed = secretinit.wanted(session.project, environment)
    given = secretinput.pair(tls_cert, tls_key)
    with secretinput.exclusive(session.project, "init", lock_wait):
        done = secretinit.initialise(session.project, environment, needed, given)
        secretinput.note(session.project, "init", environment.name, done.added)
    _tell_init(session, environment, done)


@command(name="set", positional=("name",), help={"name": secretinput.NAME, "env": ENV, **secretinput.WAIT})
def set_(session: Session, *, name: str | None = None, env: str = "", lock_wait: int = 0) -> None:
    """Set one secret to the value on stdin, or the one typed at the prompt."""
    from dockgate import databaserole, secretchange

    wanted = secretinput.named(name, "secrets.set")
    environment = session.target(env).environment
    if service := databaserole.learners(session.project).get(wanted):
        session.say(f"{service} keeps its old password: inv secrets.rotate {wanted} --env={env} --given tells it too")
    value = secretinput.value(wanted)
    with secretinput.exclusive(session.project, "set", lock_wait):
        names = secretchange.given(session.project, environment, wanted, value)
        secretinput.note(session.project, "set", environment.name, names)
    _tell_changed(session, environment, names)


@command(help={"env": ENV, **secretinput.WAIT})
def edit(session: Session, *, env: str = "", lock_wait: int = 0) -> None:
    """Edit all secrets of an environment in VISUAL or EDITOR, on a RAM-backed copy that is removed afterwards."""
    from dockgate import secretchange, secretedit

    project, environment = session.project, session.target(env).environment
    with secretinput.exclusive(project, "edit", lock_wait):
        before = secretchange.opened(project, environment)
        with secretedit.draft(project.process, environment.name, before.text) as path:
            names = _edited(session, environment, before, path)
        secretinput.note(project, "edit", environment.name, names)
    _tell_changed(session, environment, names)


def _edited(session: Session, environment: Environment, before: Store, path: Path) -> tuple[str, ...]:
    """Open the editor until what it leaves can be taken over, or the person gives up."""
    from dockgate import secretchange, secretedit

    while True:
        text = secretedit.edit(session.project, path)
        try:
            return secretchange.edited(session.project, environment, before, text)
        except ConfigError as error:
            if not _again(session, error):
                raise


@command(name="list", help={"env": ENV})
def list_(session: Session, *, env: str = "") -> None:
    """List the secrets of an environment: where each came from, its age, its strength; never a value."""
    from datetime import UTC, datetime

    from dockgate import columns, fingerprints, providers, schema, secretlist

    environment = session.target(env).environment
    elsewhere = providers.named(session.project, environment)
    store = _opened(session, environment, elsewhere)
    declared, known = schema.load(session.project.root), fingerprints.load(session.project.root)
    rows = secretlist.rows(environment, store, declared, known, elsewhere, datetime.now(UTC).date())
    missing = secretlist.missing(environment, {row.name for row in rows}, declared)
    head = ("NAME", "SOURCE", "AGE", "STRENGTH", "FINGERPRINT", "DUE")
    table = [
        (
            row.name,
            row.source,
            "" if row.age_days is None else f"{row.age_days} d",
            row.strength,
            row.fingerprint,
            row.due,
        )
        for row in rows
    ]
    document = {
        "environment": environment.name,
        "path": environment.secrets,
        "secrets": [row.as_json() for row in rows],
        "missing": list(missing),
    }
    session.show(document, lambda: columns.align([head, *table]))
    if missing:
        session.say(f"missing: {', '.join(missing)}; inv secrets.init --env={environment.name}")


@command(
    help={
        "env": ENV,
        "check": "write nothing; exit 3 when a fingerprint is missing or out of date",
        **secretinput.WAIT,
    }
)
def fingerprint(session: Session, *, env: str = "", check: bool = False, lock_wait: int = 0) -> None:
    """Write the one-way fingerprints of an environment's secrets, which tell them anywhere without revealing them."""
    from dockgate import fingerprinting, fingerprints, providers

    project, environment = session.project, session.target(env).environment
    elsewhere = providers.fetched(project, environment)
    store = _opened(session, environment, elsewhere)
    entries = (*store.entries.values(), *fingerprinting.fetched(elsewhere))
    stale = fingerprinting.stale(project.root, environment, entries)
    if not check:
        with secretinput.exclusive(project, "fingerprint", lock_wait):
            fingerprinting.update(project.root, environment, entries)
    known = [each for each in fingerprints.load(project.root).only(environment.name) if not each.part]
    weak = fingerprinting.weak(entries)
    document = {
        "environment": environment.name,
        "path": fingerprints.FILE,
        "fingerprints": [{"name": each.name, "kind": str(each.kind)} for each in known],
        "stale": list(stale),
        "weak": list(weak),
    }
    changed = f"changed: {', '.join(stale)}" if stale else "nothing to change"
    session.show(document, f"{fingerprints.FILE}: {len(known)} secrets of {environment.name}; {changed}")
    if weak:
        session.say(f"without a fingerprint, for they are weak or look like settings: {', '.join(weak)}")
    if check and stale:
        fix = f"inv secrets.fingerprint --env={environment.name}"
        raise FindingsError(f"fingerprints out of date: {', '.join(stale)}", fix=fix)


def _opened(session: Session, environment: Environment, elsewhere: Collection[str]) -> Store:
    """Return the store; an environment whose secrets all live elsewhere needs none."""
    from dockgate import secretchange, secretstore

    if elsewhere:
        return secretstore.load(session.project, environment) or secretstore.Store()
    return secretchange.opened(session.project, environment)


def _tell_init(session: Session, environment: Environment, done: Initialised) -> None:
    if done.identity:
        session.say(f"new age identity: {done.identity} (keep a copy of it offline: nothing else opens your secrets)")
    for name in done.missing:
        session.say(f"{name} has no `generate` in env/schema.toml: inv secrets.set {name} --env={environment.name}")
    document = {
        "environment": environment.name,
        "path": environment.secrets,
        "identity": str(done.identity) if done.identity else None,
        "recipient": done.recipient,
        "added": list(done.added),
        "missing": list(done.missing),
    }
    made = ", ".join(done.added) if done.added else "nothing was missing"
    session.show(document, f"{environment.secrets}: {made}")


def _tell_changed(session: Session, environment: Environment, names: tuple[str, ...]) -> None:
    document = {"environment": environment.name, "path": environment.secrets, "changed": list(names)}
    session.show(document, f"{environment.secrets}: {', '.join(names) or 'nothing changed'}")
    if names:
        session.say(f"inv up --env={environment.name} recreates what reads them")


def _again(session: Session, error: ConfigError) -> bool:
    if not sys.stdin.isatty():
        return False
    session.say(f"{error}\nnothing was changed; edit again? [Y/n] ")
    return sys.stdin.readline().strip().lower() in {"", "y", "yes"}


TASKS = (init, set_, edit, list_, fingerprint, *rotation.TASKS, *recipients.TASKS)
