"""hadolint on Dockerfiles; output that cannot be read is a failure, never a pass."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.plan import Command
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockgate.core.project import Project

SEVERITIES = {"error": Severity.ERROR, "warning": Severity.ERROR, "info": Severity.WARNING, "style": Severity.NOTE}
FIX = "what the code means: hadolint's wiki; an exemption with its reason goes to .hadolint.yaml"


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
        entries = json.loads(output)
        return tuple(sorted(_finding(entry) for entry in entries))
    except (ValueError, TypeError, KeyError) as error:
        said = output[:200].decode(errors="replace")
        raise ToolFailedError(f"hadolint's output cannot be read ({error!r}): {said}") from error


def _finding(entry: dict[str, Any]) -> Finding:
    return Finding(
        location=Location(entry["file"], int(entry["line"]), int(entry["column"])),
        code=entry["code"],
        severity=SEVERITIES[entry["level"]],
        message=entry["message"],
        fix=FIX,
    )
