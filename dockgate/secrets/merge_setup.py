"""Setting up git to merge encrypted stores: a line in .gitattributes for all, the driver's command for this clone."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from dockgate.secrets.fingerprints.fingerprint_file import FILE
from dockgate.system import atomic_file, git_conflict, regular_file
from dockgate.system.git import repository

if TYPE_CHECKING:
    from dockgate.core.project import Environment, Project

ATTRIBUTES = ".gitattributes"
DRIVER = "dockgate-secrets"
TITLE = "Dockgate: encrypted secrets, by name"
# -P: no module of the checkout is run in place of an installed one.
COMMAND = "{python} -P -m dockgate secrets.merge --base=%O --current=%A --other=%B --path=%P"
UNSPECIFIED = "unspecified"


def ensure(project: Project, environment: Environment, python: str) -> tuple[str, ...]:
    """Set up what is missing; return what was done, a line each. Nothing is done outside a git repository."""
    if repository(project.root) is None:
        return ()
    said = []
    for pattern, path in ((_pattern(environment), environment.secrets), (FILE, FILE)):
        if git_conflict.attribute(project, path) == UNSPECIFIED:
            _append(project, f"{pattern} merge={DRIVER}\n")
            said.append(f"{ATTRIBUTES} lets git merge {pattern} by name: commit it")
    command = COMMAND.format(python=shlex.quote(python))
    if git_conflict.driver(project, DRIVER) != command:
        git_conflict.set_driver(project, DRIVER, TITLE, command)
        said.append(f"this clone merges encrypted secrets with inv secrets.merge (git config merge.{DRIVER}.driver)")
    return tuple(said)


def _pattern(environment: Environment) -> str:
    """Return what .gitattributes calls a store: all of them by one pattern where they are in their usual place."""
    usual = environment.secrets == f"env/{environment.name}.secrets.age"
    return "env/*.secrets.age" if usual else environment.secrets.replace(" ", "?")


def _append(project: Project, line: str) -> None:
    path = project.root / ATTRIBUTES
    before = regular_file.read(path) if path.exists() else b""
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    atomic_file.replace(path, before + gap + line.encode(), 0o644)
