"""Tasks for the secrets of an environment; a value is never an argument and never printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.target import up_command
from dockgate.tasks import merge, recipients, rotation, screen, secret_input
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dockgate.core.project import Environment
    from dockgate.secrets.init import Initialised
    from dockgate.secrets.store import Store

ENV = "environment to work on, such as prod"


@command(help={"env": ENV, **secret_input.TLS, **secret_input.WAIT})
def init(session: Session, *, env: str = "", tls_cert: str = "", tls_key: str = "", lock_wait: int = 0) -> None:
    """Create an age identity if there is none, and generate every missing secret."""
    from dockgate.secrets import init as secret_init
    from dockgate.secrets import merge_setup

    environment = session.target(env).environment
    needed = secret_init.wanted(session.project, environment)
    given = secret_input.pair(tls_cert, tls_key)
    with secret_input.exclusive(session, "init", lock_wait):
        done = secret_init.initialise(session.project, environment, needed, given)
        for line in merge_setup.ensure(session.project, environment, sys.executable):
            session.say(line)
    _tell_init(session, environment, done)


@command(name="set", positional=("name",), help={"name": secret_input.NAME, "env": ENV, **secret_input.WAIT})
def set_(session: Session, *, name: str | None = None, env: str = "", lock_wait: int = 0) -> None:
    """Set a secret to a value read from stdin or typed at a prompt."""
    from dockgate.secrets import change as secret_change
    from dockgate.secrets import postgres_role

    wanted = secret_input.named(name, "secrets.set")
    environment = session.target(env).environment
    if service := postgres_role.learners(session.project).get(wanted):
        session.say(
            f"the running database ({service}) is not updated; use inv secrets.rotate {wanted} --env={env} --given"
        )
    value = secret_input.value(wanted)
    with secret_input.exclusive(session, "set", lock_wait):
        names = secret_change.given(session.project, environment, wanted, value)
    _tell_changed(session, environment, names)


@command(help={"env": ENV, **secret_input.WAIT})
def edit(session: Session, *, env: str = "", lock_wait: int = 0) -> None:
    """Edit the secrets of an environment in VISUAL or EDITOR; the plain text stays in RAM."""
    from dockgate.secrets import change as secret_change
    from dockgate.secrets import editor

    project, environment = session.project, session.target(env).environment
    with secret_input.exclusive(session, "edit", lock_wait):
        before = secret_change.opened(project, environment)
        with editor.draft(project.process, environment.name, before.text) as path:
            names = _edited(session, environment, before, path)
    _tell_changed(session, environment, names)


def _edited(session: Session, environment: Environment, before: Store, path: Path) -> tuple[str, ...]:
    """Open the editor until what it leaves can be taken over, or the person gives up."""
    from dockgate.secrets import change as secret_change
    from dockgate.secrets import editor

    while True:
        text = editor.edit(session.project, path)
        try:
            return secret_change.edited(session.project, environment, before, text)
        except ConfigError as error:
            if not _again(session, error):
                raise


@command(name="list", help={"env": ENV})
def list_(session: Session, *, env: str = "") -> None:
    """List the secrets of an environment: source, age, strength and due date, never a value."""
    from datetime import UTC, datetime

    from dockgate.core import columns
    from dockgate.env import schema
    from dockgate.secrets import fetch, listing
    from dockgate.secrets.fingerprints import match as fingerprint_match

    environment = session.target(env).environment
    elsewhere = fetch.named(session.project, environment)
    store = _opened(session, environment, elsewhere)
    declared, known = schema.load(session.project.root), fingerprint_match.load(session.project.root)
    rows = listing.rows(environment, store, declared, known, elsewhere, datetime.now(UTC).date())
    missing = listing.missing(environment, {row.name for row in rows}, declared)
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
    session.show(document, lambda: columns.align([head, *table], width=screen.width(sys.stdout), least=(4, 5, 0)))
    for made, fix in ((True, "inv secrets.init"), (False, "inv secrets.set NAME")):
        if names := [each for each in missing if bool(declared.variables[each].generate) is made]:
            session.say(f"missing: {', '.join(names)}; {fix} --env={environment.name}")


@command(
    help={
        "env": ENV,
        "check": "write nothing; exit 3 if a fingerprint is missing or out of date",
        **secret_input.WAIT,
    }
)
def fingerprint(session: Session, *, env: str = "", check: bool = False, lock_wait: int = 0) -> None:
    """Write one-way fingerprints of secrets, so that guardrails recognise them elsewhere."""
    from dockgate.secrets import fetch
    from dockgate.secrets.fingerprints import match as fingerprint_match
    from dockgate.secrets.fingerprints import policy as fingerprint_policy

    project, environment = session.project, session.target(env).environment
    elsewhere = fetch.fetched(project, environment)
    store = _opened(session, environment, elsewhere)
    entries = (*store.entries.values(), *fingerprint_policy.fetched(elsewhere))
    stale = fingerprint_policy.stale(project.root, environment, entries)
    if not check:
        with secret_input.exclusive(session, "fingerprint", lock_wait):
            fingerprint_policy.update(project.root, environment, entries)
    known = [each for each in fingerprint_match.load(project.root).only(environment.name) if not each.part]
    weak = fingerprint_policy.weak(entries)
    document = {
        "environment": environment.name,
        "path": fingerprint_match.FILE,
        "fingerprints": [{"name": each.name, "kind": str(each.kind)} for each in known],
        "stale": list(stale),
        "weak": list(weak),
    }
    changed = f"changed: {', '.join(stale)}" if stale else "nothing to change"
    session.show(document, f"{fingerprint_match.FILE}: {len(known)} secrets of {environment.name}; {changed}")
    if weak:
        session.say(f"not fingerprinted, because they are weak or look like settings: {', '.join(weak)}")
    if check and stale:
        fix = f"inv secrets.fingerprint --env={environment.name}"
        raise FindingsError(f"fingerprints out of date: {', '.join(stale)}", fix=fix)


def _opened(session: Session, environment: Environment, elsewhere: Collection[str]) -> Store:
    """Return the store; an environment whose secrets all live elsewhere needs none."""
    from dockgate.secrets import change as secret_change
    from dockgate.secrets import store as secret_store

    if elsewhere:
        return secret_store.load(session.project, environment) or secret_store.Store()
    return secret_change.opened(session.project, environment)


def _tell_init(session: Session, environment: Environment, done: Initialised) -> None:
    if done.identity:
        session.say(f"new age identity: {done.identity} (keep an offline copy: nothing else can decrypt your secrets)")
    if done.waits_for:
        words = f"inv secrets.recipients-add --env={environment.name} --name=YOUR-NAME --key={done.recipient}"
        session.say(f"you cannot read {environment.secrets} yet: ask {' or '.join(done.waits_for)} to run\n  {words}")
    for name in done.missing:
        session.say(f"{name} has no `generate` in env/schema.toml: inv secrets.set {name} --env={environment.name}")
    document = {
        "environment": environment.name,
        "path": environment.secrets,
        "identity": str(done.identity) if done.identity else None,
        "recipient": done.recipient,
        "added": list(done.added),
        "missing": list(done.missing),
        "waits_for": list(done.waits_for),
    }
    made = ", ".join(done.added) or ("not changed" if done.waits_for else "nothing to add")
    session.show(document, f"{environment.secrets}: {made}")


def _tell_changed(session: Session, environment: Environment, names: tuple[str, ...]) -> None:
    document = {"environment": environment.name, "path": environment.secrets, "changed": list(names)}
    session.show(document, f"{environment.secrets}: {', '.join(names) or 'no changes'}")
    if names:
        _warn_of_shared(session, environment, names)
        session.say(f"{up_command(environment)} recreates the services that read them")


def _warn_of_shared(session: Session, environment: Environment, names: Collection[str]) -> None:
    """Say at once which of these values another environment has, too: every guard from now on finds them."""
    from dockgate.secrets import change as secret_change
    from dockgate.secrets.fingerprints import elsewhere

    entries = secret_change.opened(session.project, environment).entries
    shared = elsewhere.found(
        session.project.root, environment.name, (entries[name] for name in names if name in entries)
    )
    for name, other in shared.items():
        session.say(
            f"warning: {name} now has the same value as {other.name} of {other.environment}, which inv guard refuses; "
            f"give each environment its own: inv secrets.rotate {name} --env={environment.name}"
        )


def _again(session: Session, error: ConfigError) -> bool:
    if not sys.stdin.isatty():
        return False
    session.say(f"{error}\nnothing was changed; edit again? [Y/n] ")
    return sys.stdin.readline().strip().lower() in {"", "y", "yes"}


TASKS = (init, set_, edit, list_, fingerprint, *rotation.TASKS, *merge.TASKS, *recipients.TASKS)
