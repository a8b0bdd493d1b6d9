"""hadolint: nothing but a clean answer passes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Severity, blocking
from dockgate.images import hadolint
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = {"file": "docker/api/Dockerfile", "line": 3, "column": 1, "code": "DL3007", "level": "warning", "message": "no"}


@pytest.mark.parametrize(("level", "blocks"), [("error", True), ("warning", True), ("info", False), ("style", False)])
def test_warnings_block_and_hints_do_not(level: str, blocks: bool) -> None:  # noqa: FBT001 - a table
    found = hadolint.parse(json.dumps([ENTRY | {"level": level}]).encode())
    assert bool(blocking(found)) is blocks


def test_a_finding_keeps_its_place() -> None:
    (found,) = hadolint.parse(json.dumps([ENTRY]).encode())
    assert (found.location.path, found.location.line, found.code, found.severity) == (
        "docker/api/Dockerfile",
        3,
        "DL3007",
        Severity.ERROR,
    )


@pytest.mark.parametrize("output", [b"", b"oops", b"{}x", b"[1]", b'[{"file": "x"}]', b'[{"level": "fatal"}]', b"null"])
def test_output_that_cannot_be_read_is_a_failure(output: bytes) -> None:
    with pytest.raises(ToolFailedError, match="cannot be read"):
        hadolint.parse(output)


def test_a_linter_that_fails_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "run", lambda *_a, **_o: Result(2, b"[]", b"boom", 0.0))
    with pytest.raises(ToolFailedError, match="boom"):
        hadolint.lint(projects.make(tmp_path, Dockerfile="FROM scratch"), ["Dockerfile"])


def test_the_real_linter_finds_the_latest_tag(tmp_path: Path) -> None:
    found = hadolint.lint(projects.make(tmp_path, Dockerfile="FROM debian:latest\n"), ["Dockerfile"])
    assert [finding.code for finding in found] == ["DL3007"]


def test_a_project_without_dockerfiles_has_no_findings(tmp_path: Path) -> None:
    assert hadolint.lint(projects.make(tmp_path), []) == ()
