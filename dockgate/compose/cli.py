"""`docker compose config`: the questions that Compose is asked about files."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dockgate.compose import includes, variables, warned
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockgate.compose.handed import Handed
    from dockgate.core.project import Project
    from dockgate.core.secret import Secret

# Compose would fetch what a file includes from elsewhere while it reads that file; `resolve` refuses such files first.
OFFLINE = {"COMPOSE_EXPERIMENTAL_GIT_REMOTE": "false", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "false"}
T = TypeVar("T")
U = TypeVar("U")


def config(
    project: Project,
    env: Mapping[str, str],
    *,
    secrets: tuple[Secret, ...],
    arguments: Sequence[str],
    flags: Sequence[str] = (),
    warn: Callable[[str], None] = lambda _message: None,
) -> dict[str, Any]:
    """Return the document that Compose makes of the files; ConfigError where it refuses them.

    `warn` is given each warning of a Compose that succeeds.
    """
    command = Command((*arguments, "config", "--format", "json", *flags), env, project.root, 60.0, secrets)
    result = process.run(command, check=False)
    if result.code != 0:
        if result.code < 0:
            raise ToolFailedError(f"Compose was killed by signal {-result.code}", fix=f"the command was: {command}")
        said = process.said(result.stderr, secrets)
        raise ConfigError(f"Compose rejects the files of the environment: {said}", fix=f"the command was: {command}")
    for each in warned.messages(process.said(result.stderr, secrets)):
        warn(each)
    try:
        return dict(json.loads(result.stdout))
    except (ValueError, TypeError, RecursionError) as error:
        raise ToolFailedError("Compose did not print valid JSON", fix=f"the command was: {command}") from error


def documents(
    project: Project, env: Mapping[str, str], secrets: Handed, arguments: Sequence[str], texts: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any], Mapping[str, str]]:
    """Return Compose's documents with values and as written, and the secrets that it was given for the first."""
    ask = partial(config, project, secrets=secrets.secrets)
    as_written = partial(ask, env, arguments=(*arguments, "--profile", "*"), flags=("--no-interpolate",))
    if secrets.values and any(includes.reads_more(text) for text in texts.values()):
        written = as_written()  # the other files refer to secrets, too
        given = secrets.chosen(variables.in_document(written))
        return ask({**env, **given}, arguments=arguments), written, given
    given = secrets.chosen(variables.in_texts(texts))
    document, written = both(lambda: ask({**env, **given}, arguments=arguments), as_written)
    return document, written, given


def both(first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
    """Ask Compose two things at once: each is a process of its own, and neither needs what the other says."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only where the cache does not answer

    with ThreadPoolExecutor() as pool:
        other = pool.submit(second)
        return first(), other.result()


def hashed(
    project: Project,
    env: Mapping[str, str],
    ask: Callable[[], dict[str, Any]],
    arguments: Sequence[str],
    written: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return Compose's document and the hashes of its services; `written` is what the files say.

    Of a service with env files `config --hash` leaves out their values and `up` does not (Compose 2.40.3): its hash is
    that of the document, in which they are.
    """
    document, found = both(ask, lambda: hashes(project, arguments, env))
    if served := {name for name, entry in (written.get("services") or {}).items() if "env_file" in entry}:
        resolved = (*_without_files(arguments), "-f", "-")
        again = hashes(project, resolved, env, json.dumps(document).encode())
        found |= {name: each for name, each in again.items() if name in served}
    return document, found


def _without_files(arguments: Sequence[str]) -> tuple[str, ...]:
    named = {number + more for number, word in enumerate(arguments) if word == "-f" for more in (0, 1)}
    return tuple(word for number, word in enumerate(arguments) if number not in named)


def hashes(
    project: Project, arguments: Sequence[str], env: Mapping[str, str], stdin: bytes | None = None
) -> dict[str, str]:
    """Return what Compose tells a changed service by, for each service; `stdin` is the file that is called `-`."""
    command = Command((*arguments, "config", "--hash", "*"), env, project.root, 60.0)
    result = process.run(command, stdin=stdin, check=stdin is None)
    if result.code != 0:  # what it says may repeat a value of the document
        raise ToolFailedError("Compose did not read its own document again", fix=f"the command was: {command}")
    pairs = [line.split() for line in result.text.splitlines() if line.strip()]
    if any(len(pair) != len(("service", "hash")) for pair in pairs):
        raise ToolFailedError("Compose did not print a service and its hash on each line", fix=f"see: {command}")
    return dict(pairs)


def stamp(program: str) -> float:
    """Return when a program was last installed: an upgrade may read the same files in another way."""
    from pathlib import Path  # noqa: PLC0415 - the type alone is wanted elsewhere

    path = Path(program)
    return path.stat().st_mtime if path.exists() else 0.0
