"""Asks for confirmation before data is lost; without a terminal the answer is no."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dockgate.core.errors import NotConfirmedError

if TYPE_CHECKING:
    from dockgate.core.project import Environment
    from dockgate.tasks.framework import Session


def ask(session: Session, *, yes: bool, flag: str, wanted: str = "y") -> None:
    """Go on when `yes` was given or `wanted` is typed; NotConfirmedError otherwise, naming the flag that answers."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmedError("confirmation required, but stdin is not a terminal", fix=flag)
    session.say("continue? [y/N] " if wanted == "y" else f"type {wanted} to continue: ")
    typed = sys.stdin.readline().strip()
    if (typed.lower() if wanted == "y" else typed) != wanted:
        raise NotConfirmedError("not confirmed; nothing was changed")


def agreed(session: Session, question: str) -> bool:
    """Return whether a person on a terminal says yes to a question; Enter is no."""
    session.say(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def number(session: Session, most: int) -> int:
    """Return which of `most` a person on a terminal chooses, from 1; Enter is the first."""
    session.say(f"which? 1 to {most} [1] ")
    typed = sys.stdin.readline().strip() or "1"
    if not (typed.isdecimal() and 1 <= int(typed) <= most):
        raise NotConfirmedError(f"{typed!r} is none of 1 to {most}; nothing was changed")
    return int(typed)


def ask_for(session: Session, environment: Environment, *, yes: bool, confirm: str) -> None:
    """Ask for the environment's name where it is protected, which `yes` does not answer; else as `ask`."""
    name = environment.name
    if confirm and confirm != name:
        raise NotConfirmedError(f"--confirm={confirm} does not match the environment", fix=f"--confirm={name}")
    if environment.protected:
        ask(session, yes=bool(confirm), flag=f"--confirm={name}", wanted=name)
    else:
        ask(session, yes=yes or bool(confirm), flag="--yes")
