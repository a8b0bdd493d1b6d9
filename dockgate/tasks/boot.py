"""The task that prints a systemd unit for an environment."""

from __future__ import annotations

import sys
from pathlib import Path

from dockgate.core.errors import ConfigError
from dockgate.tasks.framework import Session, command


@command(
    json=False,
    help={
        "env": "environment to start, such as prod",
        "instance": "name of another stack of the same environment",
        "user": "user that runs the unit and whose age identity decrypts the secrets (default: you)",
    },
)
def boot(session: Session, *, env: str = "", instance: str = "", user: str = "") -> None:
    """Print a systemd unit that starts an environment at boot, with its secret files in RAM."""
    from dockgate.stack import runtimes
    from dockgate.stack import systemd_unit as work
    from dockgate.system import locks

    target = session.target(env, instance)
    if runtimes.of(session.project, target).traits.nodes:
        raise ConfigError(
            f"{env} runs on {target.environment.runtime}, whose nodes start its services again by themselves",
            fix="sudo systemctl enable docker, on each node",
        )
    asker = locks.owner(session.project)
    text = work.unit(session.project, target, _program(), user or asker, own=user in {"", asker})
    session.show({}, text.rstrip("\n"), raw=True)
    place = f"/etc/systemd/system/{target.project}.service"
    session.say(
        f"install it: inv boot --env={env} | sudo tee {place} && sudo systemctl enable {target.project}.service"
    )


def _program() -> tuple[str, ...]:
    """Return how we were called: as a program, or as a module of Python (`python -m dockgate`)."""
    called = Path(sys.argv[0]).absolute()
    return (sys.executable, "-m", "dockgate") if called.name == "__main__.py" else (str(called),)


TASKS = (boot,)
