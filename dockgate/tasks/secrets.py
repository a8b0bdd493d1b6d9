"""Tasks for the secrets of an environment; a value is never an argument and never printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.project import Environment
    from dockgate.rotation import Rotation
    from dockgate.secret import Secret
    from dockgate.secretinit import Initialised
    from dockgate.target import Target
    from dockgate.tlspair import Pair

ENV = "environment: staging or prod"
TLS = {
    "tls_cert": "PEM file of a certificate chain to take instead of a self-signed one",
    "tls_key": "PEM file of its private key",
}
NAME = "the variable"
START_SECONDS = 120.0


@command(help={"env": ENV, **TLS})
def init(session: Session, *, env: str = "", tls_cert: str = "", tls_key: str = "") -> None:
    """Create an age identity where there is none, and strong values for every secret that is missing."""
    from dockgate import secretinit

    environment = session.target(env).environment
    needed = secretinit.wanted(session.project, environment)
    _tell_init(
        session, environment, secretinit.initialise(session.project, environment, needed, _pair(tls_cert, tls_key))
    )


@command(name="set", positional=("name",), help={"name": NAME, "env": ENV})
def set_(session: Session, *, name: str | None = None, env: str = "") -> None:
    """Set one secret to the value on stdin, or the one typed at the prompt."""
    from dockgate import rotation, secretchange

    wanted = _named(name, "set")
    environment = session.target(env).environment
    if service := rotation.learner(session.project, wanted):
        session.say(f"{service} keeps its old password: inv secrets.rotate {wanted} --env={env} --given tells it too")
    names = secretchange.given(session.project, environment, wanted, _value(wanted))
    _tell_changed(session, environment, names)


@command(help={"env": ENV})
def edit(session: Session, *, env: str = "") -> None:
    """Edit all secrets of an environment in VISUAL or EDITOR, on a RAM-backed copy that is removed afterwards."""
    from dockgate import secretchange, secretedit

    environment = session.target(env).environment
    before = secretchange.opened(session.project, environment)
    with secretedit.draft(session.project.process, environment.name, before.text) as path:
        while True:
            text = secretedit.edit(session.project, path)
            try:
                names = secretchange.edited(session.project, environment, before, text)
                break
            except ConfigError as error:
                if not _again(session, error):
                    raise
    _tell_changed(session, environment, names)


@command(name="list", help={"env": ENV})
def list_(session: Session, *, env: str = "") -> None:
    """List the secrets of an environment: where each came from, its age, its strength; never a value."""
    from datetime import UTC, datetime

    from dockgate import columns, fingerprints, schema, secretchange, secretlist

    environment = session.target(env).environment
    store = secretchange.opened(session.project, environment)
    declared, known = schema.load(session.project.root), fingerprints.load(session.project.root)
    rows = secretlist.rows(environment, store, declared, known, datetime.now(UTC).date())
    missing = secretlist.missing(environment, store, declared)
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
    positional=("name",),
    help={
        "name": NAME,
        "env": ENV,
        "given": "take the value from stdin or a prompt",
        "dry_run": "only say what",
        **TLS,
    },
)
def rotate(
    session: Session,
    *,
    name: str | None = None,
    env: str = "",
    given: bool = False,
    tls_cert: str = "",
    tls_key: str = "",
    dry_run: bool = False,
) -> None:
    """Replace a secret by a new one, tell a database that has to know it, and recreate its readers."""
    from dockgate import locks, rotation

    wanted = _named(name, "rotate")
    target = session.target(env)
    value = _value(wanted) if given else None
    with locks.held(session.project, target.project, f"secrets.rotate {wanted}"):
        work = rotation.prepare(session.project, target, wanted, value, _pair(tls_cert, tls_key))
        if not dry_run:
            _rotate(session, target, work)
    document = {"environment": env, "name": wanted, "steps": [step.as_json() for step in work.plan.steps]}
    session.show({**document, "done": not dry_run}, str(work.plan))


@command(help={"env": ENV, "check": "write nothing; exit 3 when a fingerprint is missing or out of date"})
def fingerprint(session: Session, *, env: str = "", check: bool = False) -> None:
    """Write the one-way fingerprints of an environment's secrets, which tell them anywhere without revealing them."""
    from dockgate import fingerprinting, fingerprints, secretchange

    project, environment = session.project, session.target(env).environment
    store = secretchange.opened(project, environment)
    stale = fingerprinting.stale(project.root, environment, store)
    if not check:
        fingerprinting.update(project.root, environment, store)
    known = [each for each in fingerprints.load(project.root).only(environment.name) if not each.part]
    weak = fingerprinting.weak(store)
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
        session.say(f"too weak for a fingerprint: {', '.join(weak)}")
    if check and stale:
        fix = f"inv secrets.fingerprint --env={environment.name}"
        raise FindingsError(f"fingerprints out of date: {', '.join(stale)}", fix=fix)


@command(help={"env": ENV})
def recipients(session: Session, *, env: str = "") -> None:
    """List who can open the secrets of an environment."""
    from dockgate import columns
    from dockgate import recipients as people

    environment = session.target(env).environment
    keys = people.load(session.project.root).get(environment.name, {})
    document = {"environment": environment.name, "recipients": dict(keys)}
    session.show(document, lambda: columns.align([("NAME", "PUBLIC KEY"), *sorted(keys.items())]))


@command(help={"env": ENV, "name": "whose key it is", "key": "their age public key (age1…)"})
def recipients_add(session: Session, *, env: str = "", name: str = "", key: str = "") -> None:
    """Let somebody open the secrets of an environment: encrypt them again, to one key more."""
    from dockgate import recipients as people

    _reencrypt(session, session.target(env), lambda keys: people.with_key(keys, name, key))


@command(help={"env": ENV, "name": "whose key it is"})
def recipients_remove(session: Session, *, env: str = "", name: str = "") -> None:
    """Encrypt the secrets of an environment again, without somebody's key; rotate what they have seen."""
    from dockgate import recipients as people

    _reencrypt(session, session.target(env), lambda keys: people.without(keys, name))
    session.say(f"{name} may have kept copies, and older versions stay open to them: rotate what matters")


def _reencrypt(session: Session, target: Target, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
    from dockgate import recipients as people
    from dockgate import secretchange, secretstore

    project, environment = session.project, target.environment
    everyone = people.load(project.root)
    keys = change(everyone.get(environment.name, {}))
    store = secretchange.opened(project, environment)
    # The store first: whatever happens in between, the same command again completes it.
    secretstore.save(project, environment, store, keys)
    people.save(project.root, {**everyone, environment.name: keys})
    document = {"environment": environment.name, "recipients": dict(keys)}
    session.show(document, f"{environment.secrets} is encrypted to {', '.join(sorted(keys))}")


def _rotate(session: Session, target: Target, work: Rotation) -> None:
    from dockgate import prepare, rotation

    resolved = prepare.environment(session.project, target.environment)
    rotation.run(session.project, target, work, resolved, lambda: _recreate(session, target))


def _recreate(session: Session, target: Target) -> None:
    from dockgate import up
    from dockgate.startup import board
    from dockgate.tasks import preparing

    ready, _ = preparing.ready(session, target, (), build=False)
    result = up.up(ready, (), START_SECONDS, board.listener(sys.stderr, session.project.process))
    for failure in result.outcome.failures:
        session.say(str(failure))
    if result.outcome.failed:
        raise ToolFailedError(
            f"the secret is rotated, and not healthy with it: {', '.join(result.outcome.failed)}",
            fix=f"inv logs --env={target.environment.name} shows what happened",
        )


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


def _named(name: str | None, task: str) -> str:
    if not name:
        raise ConfigError("which variable?", fix=f"inv secrets.{task} NAME --env=…")
    return name


def _value(name: str) -> Secret:
    """Read a value: hidden and twice from a terminal, else all of stdin without its last line break."""
    from getpass import getpass

    from dockgate.secret import Secret

    if sys.stdin.isatty():
        value = getpass(f"{name}: ")
        if getpass(f"{name} again: ") != value:
            raise ConfigError("the two values differ; nothing was changed")
        return Secret(value)
    try:
        return Secret(sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError as error:
        raise ConfigError("the value on stdin is not UTF-8", fix="encode it, as base64 for one") from error


def _again(session: Session, error: ConfigError) -> bool:
    if not sys.stdin.isatty():
        return False
    session.say(f"{error}\nnothing was changed; edit again? [Y/n] ")
    return sys.stdin.readline().strip().lower() in {"", "y", "yes"}


def _pair(chain: str, key: str) -> Pair | None:
    from pathlib import Path

    from dockgate import tlspair

    return tlspair.read(Path(chain) if chain else None, Path(key) if key else None)


TASKS = (init, set_, edit, list_, rotate, fingerprint, recipients, recipients_add, recipients_remove)
