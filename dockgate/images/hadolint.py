"""hadolint on Dockerfiles; output that cannot be read is a failure, never a pass."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.plan import Command
from dockgate.core.readable import readable
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockgate.core.project import Project

SEVERITIES = {"error": Severity.ERROR, "warning": Severity.ERROR, "info": Severity.WARNING, "style": Severity.NOTE}
FIX = "see hadolint's wiki; put an exemption with its reason into .hadolint.yaml"


class Entry(Struct, frozen=True):
    """One finding as hadolint writes it."""

    file: str
    line: int
    column: int
    code: str
    level: Literal["error", "warning", "info", "style"]
    message: str

    def finding(self) -> Finding:
        """Return it as a finding of ours."""
        place = Location(self.file, self.line, self.column)
        return Finding(place, self.code, SEVERITIES[self.level], self.message, fix=FIX)


def command(project: Project, paths: Iterable[str]) -> Command:
    """Return the command; hadolint comes with our own virtual environment."""
    program = Path(sys.executable).parent / "hadolint"
    argv = (str(program), "--format", "json", "--no-fail", "--no-color", *paths)
    return Command(argv, project.child_env(), project.root)


def lint(project: Project, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Return what hadolint finds in these Dockerfiles."""
    if not paths:
        return ()
    result = process.run(command(project, paths), check=False)
    if result.code != 0:
        raise process.failed(command(project, paths), result)
    return parse(result.stdout)


def parse(output: bytes) -> tuple[Finding, ...]:
    """Read hadolint's JSON; ToolFailedError where it is not what hadolint writes."""
    try:
        entries = msgspec.json.decode(output, type=list[Entry])
    except msgspec.MsgspecError as error:
        said = readable(output[:200])
        raise ToolFailedError(f"hadolint's output cannot be read ({error}): {said}") from error
    return tuple(sorted(each.finding() for each in entries))
