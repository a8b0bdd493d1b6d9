"""The audit log."""

from __future__ import annotations

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
    audit.record(project, "promote", "done", environment="staging", version="1.2.3")
    audit.record(project, "up", "failed", environment="staging", seconds=1.5)
    first, second = audit.lines(project)
    assert (first["user"], first["action"], first["result"], first["version"]) == ("alice", "promote", "done", "1.2.3")
    assert second["seconds"] == 1.5
    assert first["time"] <= second["time"]


def test_line_that_was_cut_off_costs_only_itself(project: Project) -> None:
    """Line that was cut off costs only itself."""
    audit.record(project, "one", "done")
    with audit.path(project).open("a") as log:
        log.write('{"action": "tw')
    audit.record(project, "three", "done")
    assert [entry["action"] for entry in audit.lines(project)] == ["one", "three"]


def test_no_log_yet_has_no_lines(project: Project) -> None:
    """No log yet has no lines."""
    assert list(audit.lines(project)) == []


def test_link_in_the_place_of_the_log_is_not_followed(project: Project, tmp_path: Path) -> None:
    """Link in the place of the log is not followed."""
    project.state.mkdir()
    audit.path(project).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        audit.record(project, "one", "done")
    assert not (tmp_path / "elsewhere").exists()
