"""Tasks for the secrets of an environment; a value is never an argument and never printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from dockgate.project import Environment
    from dockgate.secretinit import Initialised, Pair

ENV = "environment: staging or prod"


@command(
    help={
        "env": ENV,
        "tls_cert": "PEM file of a certificate chain to take instead of a self-signed one",
        "tls_key": "PEM file of its private key",
    }
)
def init(session: Session, *, env: str = "", tls_cert: str = "", tls_key: str = "") -> None:
    """Create an age identity where there is none, and strong values for every secret that is missing."""
    from dockgate import secretinit

    project = session.project
    environment = session.target(env).environment
    wanted, hosts = secretinit.wanted(project, environment)
    done = secretinit.initialise(project, environment, wanted, hosts, _pair(tls_cert, tls_key))
    _tell_init(session, environment, done)


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


def _pair(chain: str, key: str) -> Pair | None:
    from pathlib import Path

    from dockgate import secretinit

    return secretinit.read_pair(Path(chain) if chain else None, Path(key) if key else None)


TASKS = (init,)
