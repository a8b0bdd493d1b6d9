"""Tasks for the age recipients of an environment's secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.tasks import secret_input
from dockgate.tasks.framework import Session, command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.core.target import Target

ENV = "environment to work on, such as prod"


@command(help={"env": ENV})
def recipients(session: Session, *, env: str = "") -> None:
    """List the age recipients of an environment's secrets."""
    from dockgate.core import columns
    from dockgate.secrets import recipients as people

    environment = session.target(env).environment
    keys = people.load(session.project.root).get(environment.name, {})
    document = {"environment": environment.name, "recipients": dict(keys)}
    session.show(document, lambda: columns.align([("NAME", "PUBLIC KEY"), *sorted(keys.items())]), raw=True)


@command(
    help={
        "env": ENV,
        "name": "name of the recipient",
        "key": "age public key of the recipient (age1…)",
        **secret_input.WAIT,
    }
)
def recipients_add(session: Session, *, env: str = "", name: str = "", key: str = "", lock_wait: int = 0) -> None:
    """Add a recipient and re-encrypt the secrets of an environment."""
    from dockgate.secrets import recipients as people

    _reencrypt(session, session.target(env), lambda keys, _: people.with_key(keys, name, key), lock_wait, admit=key)


@command(help={"env": ENV, "name": "name of the recipient", **secret_input.WAIT})
def recipients_remove(session: Session, *, env: str = "", name: str = "", lock_wait: int = 0) -> None:
    """Remove a recipient and re-encrypt the secrets of an environment."""
    from dockgate.secrets import recipients as people

    def change(keys: Mapping[str, str], settled: bool) -> Mapping[str, str]:  # noqa: FBT001 - see _reencrypt
        return keys if settled and name not in keys else people.without(keys, name)

    _reencrypt(session, session.target(env), change, lock_wait)
    session.say(f"{name} may have copies and can still decrypt older versions: rotate the secrets that matter")


def _reencrypt(
    session: Session,
    target: Target,
    change: Callable[[Mapping[str, str], bool], Mapping[str, str]],
    lock_wait: int,
    *,
    admit: str = "",
) -> None:
    """Change the keys of an environment; `change` is told whether a killed change was completed just before."""
    from dockgate.secrets import change as secret_change
    from dockgate.secrets import recipients as people
    from dockgate.secrets import recovery
    from dockgate.secrets import store as secret_store
    from dockgate.system import marks

    project, environment = session.project, target.environment
    with secret_input.exclusive(session, "recipients", lock_wait) as settled:
        everyone = people.load(project.root)
        keys = change(everyone.get(environment.name, {}), settled)
        store = secret_change.opened(project, environment)
        message = f"secrets.recipients --env={environment.name}"
        with marks.marked(project, environment.secrets, recovery.RECIPIENTS, message, keys=dict(keys)):
            secret_store.save(project, environment, store, keys, admit=admit)
            people.save(project.root, {**everyone, environment.name: keys})
            recovery.record(project, recovery.RECIPIENTS, environment, sorted(keys))
            document = {"environment": environment.name, "recipients": dict(keys)}
            session.show(document, f"{environment.secrets} is encrypted to {', '.join(sorted(keys))}")


TASKS = (recipients, recipients_add, recipients_remove)
