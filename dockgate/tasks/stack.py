"""Tasks that operate a stack: up, down, status and the others."""

from __future__ import annotations

from dockgate.tasks.framework import Session, command

ENV = "environment: dev, staging or prod"
INSTANCE = "name of a further stack of the same environment, side by side with the first"


@command(help={"env": ENV, "instance": INSTANCE})
def status(session: Session, *, env: str = "", instance: str = "") -> None:
    """Tell what runs, and whether it is healthy."""
    session.target(env, instance)


TASKS = (status,)
