"""The index that completion reads: names of a project, a line each, so that a shell needs no Python to complete them.

note(project, environment, services, instance, variables) -> None   what a command has seen, kept beside what others saw
PATH                                                                the file, `KIND SCOPE NAME` a line
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.core.errors import DockgateError
from dockgate.core.project import STATE
from dockgate.system import regular_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockgate.core.project import Project
    from dockgate.env.variable import Variable

PATH = f"{STATE}/completion"
ALL = "-"  # a name of every environment
# Names that a shell can complete without quoting; nothing else becomes part of a line.
_PLAIN = re.compile(r"[\w.@:/+-]+")
# Kinds of which each environment has names of its own; they are kept until that environment is seen again.
_SCOPED = frozenset({"service", "instance"})


def note(
    project: Project, environment: str, services: Iterable[str], instance: str, variables: Mapping[str, Variable]
) -> None:
    """Put what a command has seen into the index; where it cannot be written, completion knows less."""
    path = project.root / PATH
    try:
        before = regular_file.read(path).decode(errors="replace") if path.exists() else ""
        after = "".join(f"{line}\n" for line in _lines(project, environment, services, instance, variables, before))
        if after != before:
            state_folder.save(path, after.encode())
    except (OSError, DockgateError):
        return


def _lines(
    project: Project,
    environment: str,
    services: Iterable[str],
    instance: str,
    variables: Mapping[str, Variable],
    before: str,
) -> list[str]:
    found = [("env", ALL, name) for name in project.environments]
    found += [("variable", ALL, name) for name in variables]
    found += [("secret", ALL, each.name) for each in variables.values() if each.secret]
    found += [("service", environment, name) for name in services]
    found += [("instance", environment, instance)] if instance else []
    kept = (tuple(line.split(" ")) for line in before.splitlines())
    found += [
        (kind, scope, name)
        for kind, scope, name in (each for each in kept if len(each) == len(("kind", "scope", "name")))
        if kind in _SCOPED and scope in project.environments and (scope != environment or kind == "instance")
    ]
    return sorted({" ".join(each) for each in found if all(_PLAIN.fullmatch(part) for part in each)})
