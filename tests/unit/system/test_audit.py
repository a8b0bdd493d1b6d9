"""The audit log."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core.project import Project
from dockgate.system import audit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, "shop", MappingProxyType({}), {}, {"USER": "alice"})


def test_actions_are_appended_in_order_with_who_and_when(project: Project) -> None:
    """Actions are appended in order with who and when."""
    previous = os.umask(0)
    try:
        audit.record(project, "promote", "done", environment="staging", version="1.2.3")
    finally:
        os.umask(previous)
    audit.record(project, "up", "failed", environment="stäging", seconds=1.5)
    first, second = audit.lines(project)
    who = {"user": "alice", "host": socket.gethostname()}
    assert first == {
        "time": first["time"],
        **who,
        "action": "promote",
        "result": "done",
        "environment": "staging",
        "version": "1.2.3",
    }
    assert second == {
        "time": second["time"],
        **who,
        "action": "up",
        "result": "failed",
        "environment": "stäging",
        "seconds": 1.5,
    }
    assert first["time"] <= second["time"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    assert "stäging" in audit.path(project).read_text(encoding="utf-8")
    assert stat.S_IMODE(audit.path(project).stat().st_mode) == 0o600


def test_line_that_was_cut_off_costs_only_itself(project: Project) -> None:
    """Line that was cut off costs only itself."""
    audit.record(project, "one", "done")
    with audit.path(project).open("a") as log:
        log.write('{"action": "tw')
    audit.record(project, "three", "done")
    assert audit.path(project).read_text().count("\n") == 3
    assert [entry["action"] for entry in audit.lines(project)] == ["one", "three"]


def test_a_line_that_is_no_entry_is_left_out(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another document, or a line longer than any entry."""
    monkeypatch.setattr(audit, "LONGEST", 20)
    lines = ["[1, 2]", json.dumps({"action": "a" * 40}), json.dumps({"action": "b"})]
    project.state.mkdir()
    audit.path(project).write_text("".join(f"{line}\n" for line in lines))
    assert list(audit.lines(project)) == [{"action": "b"}]


def test_no_log_yet_has_no_lines(project: Project) -> None:
    """No log yet has no lines."""
    assert list(audit.lines(project)) == []


def test_neither_link_nor_pipe_in_the_place_of_the_log_is_written_to(project: Project, tmp_path: Path) -> None:
    """No reader has to come."""
    project.state.mkdir()
    audit.path(project).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        audit.record(project, "one", "done")
    audit.path(project).unlink()
    os.mkfifo(audit.path(project))
    with pytest.raises(OSError, match="No such device"):
        audit.record(project, "one", "done")
    assert not (tmp_path / "elsewhere").exists()
