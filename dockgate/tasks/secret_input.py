"""Input of the secrets tasks: names, values from stdin or a prompt, certificates from files."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.tasks import unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.secret import Secret
    from dockgate.secrets.tls_pair import Pair
    from dockgate.tasks.framework import Session

TLS = {
    "tls_cert": "PEM file of a certificate chain to use instead of a self-signed certificate",
    "tls_key": "PEM file of the private key of that certificate",
}
NAME = "name of the variable"
WAIT = {"lock_wait": "seconds to wait for another process that has locked the secrets of this checkout"}


@contextmanager
def exclusive(session: Session, task: str, wait: int) -> Iterator[bool]:
    """Hold the lock of this checkout's secrets: of two who read, change and write them, one would lose.

    What a command that was killed left of a change is completed first; yields whether there was any.
    """
    from dockgate.secrets import recovery
    from dockgate.system import locks

    project = session.project
    with locks.held(project, f"{project.name}-secrets of {project.root}", f"secrets.{task}", float(wait)) as lock:
        unfinished.killed(session, lock)
        settled = recovery.settle(project)
        for line in settled:
            session.say(line)
        yield bool(settled)


def named(name: str | None, task: str) -> str:
    """Return the name that the task was given; ConfigError where it is none, which may hold a value: not repeated."""
    from dockgate.secrets.store import NAME as VALID

    if not name:
        raise ConfigError("a variable name is required", fix=f"inv {task} NAME --env=…")
    if not VALID.fullmatch(name):
        fix = f"inv {task} NAME --env=… and the value, if it takes one, on stdin: never an argument"
        raise ConfigError("the argument is not a variable name (letters, digits and _, no digit first)", fix=fix)
    return name


def value(name: str) -> Secret:
    """Read a value: hidden and twice from a terminal, else all of stdin without its last line break."""
    from dockgate.core.secret import Secret

    if sys.stdin.isatty():
        return Secret(_typed(name))
    try:
        return Secret(sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError as error:
        raise ConfigError("the value on stdin is not UTF-8", fix="encode it, for example as base64") from error


def _typed(name: str) -> str:
    from getpass import getpass

    try:
        typed = getpass(f"{name}: ")
        again = getpass(f"{name} again: ")
    except EOFError:
        raise ConfigError("no value was typed; nothing was changed") from None
    if again != typed:
        raise ConfigError("the two values differ; nothing was changed")
    return typed


def pair(chain: str, key: str) -> Pair | None:
    """Read a certificate and its key, where their files are named."""
    from dockgate.secrets import tls_pair

    return tls_pair.read(Path(chain) if chain else None, Path(key) if key else None)
