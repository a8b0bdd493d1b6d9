"""hadolint: nothing but a clean answer passes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.plan import Command
from dockgate.images import hadolint
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects

ENTRY = {"file": "docker/api/Dockerfile", "line": 3, "column": 1, "code": "DL3007", "level": "warning", "message": "no"}


def test_a_finding_keeps_its_place() -> None:
    (found,) = hadolint.parse(json.dumps([ENTRY]).encode())
    place = Location("docker/api/Dockerfile", 3, 1)
    assert found == Finding(place, "DL3007", Severity.ERROR, "no", fix=hadolint.FIX)


def test_findings_are_sorted_and_each_level_has_its_severity() -> None:
    levels = ("style", "info", "warning", "error")
    entries = [ENTRY | {"level": level, "line": 9 - line} for line, level in enumerate(levels)]
    found = [(each.location.line, each.severity) for each in hadolint.parse(json.dumps(entries).encode())]
    assert found == [(6, Severity.ERROR), (7, Severity.ERROR), (8, Severity.WARNING), (9, Severity.NOTE)]


@pytest.mark.parametrize("output", [b"", b"oops", b"{}x", b"[1]", b'[{"file": "x"}]', b'[{"level": "fatal"}]', b"null"])
def test_output_that_cannot_be_read_is_a_failure(output: bytes) -> None:
    with pytest.raises(ToolFailedError, match="hadolint's output cannot be read") as caught:
        hadolint.parse(output + b" " * 300)
    assert str(caught.value).endswith(f"): {output.decode().ljust(200)}")


def test_a_linter_that_fails_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = projects.make(tmp_path)
    asked: list[tuple[Command, bool]] = []

    def run(command: Command, *, check: bool) -> Result:
        asked.append((command, check))
        return Result(2, b"[]", b"boom", 0.0)

    monkeypatch.setattr(process, "run", run)
    with pytest.raises(ToolFailedError, match="boom"):
        hadolint.lint(project, ["Dockerfile", "b/Dockerfile"])
    program = Path(sys.executable).parent / "hadolint"
    argv = (str(program), "--format", "json", "--no-fail", "--no-color", "Dockerfile", "b/Dockerfile")
    assert asked == [(Command(argv, project.child_env(), project.root), False)]


def test_the_real_linter_finds_the_latest_tag(tmp_path: Path) -> None:
    found = hadolint.lint(projects.make(tmp_path, Dockerfile="FROM debian:latest\n"), ["Dockerfile"])
    assert [finding.code for finding in found] == ["DL3007"]


def test_a_project_without_dockerfiles_has_no_findings(tmp_path: Path) -> None:
    assert hadolint.lint(projects.make(tmp_path), []) == ()
