"""What other commands do and say after one that was killed, and what they find of other users."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.system import ram_folder
from dockgate.tasks import stack as stack_tasks
from tests.unit.tasks.kill_cases import Down
from tests.unit.tasks.kill_cases_release import Rollback
from tests.unit.tasks.kill_cases_secrets import BEFORE, RotateRole, RotateTurn
from tests.unit.tasks.kill_points import POINTS

if TYPE_CHECKING:
    from pathlib import Path

# Whole commands, again and again: what they run others have run, and tracing them takes as long as they do.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("point", POINTS["Rollback"][1:-1])
def test_up_after_a_killed_rollback_brings_back_what_ran(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another command than the same one goes back: whether the older release comes up was never seen."""
    case = Rollback(tmp_path, monkeypatch, capsys)
    before = case.state()["pointer"]
    assert case.knife.run(case.command, at=point)
    written = case.state()["pointer"] != before
    monkeypatch.setattr(stack_tasks, "_show_result", lambda *_: None)
    flags: dict[str, Any] = {"service": None, "profile": None, "no_build": False, "timeout": 1, "dry_run": False}
    case.shop.run(stack_tasks.up, env="staging", instance="", lock_wait=0, **flags)
    assert case.state()["pointer"] == before
    assert ("names 0.1.3 again" in case.shop.said) is written
    assert case.runs == "0.1.3"


@pytest.mark.parametrize("point", POINTS["RotateRole"][2:-2])
def test_up_after_a_killed_rotation_completes_it(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a container starts with a password that the database does not know."""
    case = RotateRole(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at=point)
    assert case.inv("up", "--env=prod") == 0
    state = case.state()
    assert (state["database"], state["stale"], state["marks"]) == (True, (), [])
    assert all(state["copies"].values())
    assert "was not finished" in capsys.readouterr().err or point == "write marks/rotate"


@pytest.mark.parametrize("point", POINTS["RotateTurn"][2:-2])
def test_a_killed_rotation_by_turns_locks_out_no_container_and_up_completes_it(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs logs in as the role of before until new containers are there; in the end one role has a password."""
    case = RotateTurn(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at=point)
    replaced = case.world.engine.listed["api-1"]["state"] == "running"
    assert case.passwords["shop_a"] == BEFORE or replaced
    assert not replaced or case.agrees()
    assert case.inv("up", "--env=prod") == 0
    state = case.state()
    assert (state["database"], state["stale"], state["marks"]) == (True, (), [])
    assert state["roles"] == 1


def test_up_without_the_database_is_refused_while_a_rotation_is_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the fix works: the database first, then the rest."""
    case = RotateRole(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at="exec")
    case.world.engine.listed["db-1"] |= {"state": "created", "health": ""}
    assert case.inv("up", "--env=prod") == 2
    assert "inv up --env=prod --service=db" in capsys.readouterr().err
    assert case.inv("up", "--env=prod", "--service=db") == 0
    assert not case.state()["database"]
    assert case.inv("up", "--env=prod") == 0
    assert case.state()["database"]


def test_tasks_that_change_nothing_say_what_is_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And leave it as it is; `down` then ends it with the same summary and audit line as an uninterrupted one."""
    case = Down(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at="write audit.jsonl")
    capsys.readouterr()
    for task in ("status", "plan"):
        case.inv(task, "--env=dev")
        assert "inv down --env=dev completes it" in capsys.readouterr().err
    case.command()
    assert "removed 3 containers, 2 networks, volumes data, more" in capsys.readouterr().out


@pytest.mark.parametrize("kind", [Down, RotateRole], ids=lambda kind: kind.__name__)
def test_what_another_user_put_there_stops_nothing(
    kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of the name that ours would have, in a place that everyone writes to."""
    theirs = tmp_path / "shm"
    monkeypatch.setattr(ram_folder, "places", lambda: (theirs,))
    case = kind(tmp_path, monkeypatch)
    for stack in ("shop-dev", "shop-prod"):
        digest = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]
        made = theirs / f"dockgate-{os.geteuid()}" / f"{stack}-{digest}"
        made.mkdir(parents=True)
        made.parent.chmod(0o777)  # as it would not be, were it ours
        made.chmod(0o777)
    case.command()
    assert case.state()["marks"] == []
    assert capsys.readouterr().out.strip()
    assert made.is_dir()


def test_a_damaged_mark_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to do about it; it is no bug of Dockgate's."""
    case = Down(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at="down")
    (mark,) = (case.project.state / "marks").glob("*.json")
    for text in ('{"action": "down"', '{"action": "down", "subject": 1}', mark.read_text().replace("networks", "x")):
        mark.write_text(text)
        assert case.inv("down", "--env=dev", "--volumes", "--yes") == 2
        assert "mark" in capsys.readouterr().err


def test_no_umask_makes_files_that_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders, on RAM too."""
    previous = os.umask(0)
    try:
        (tmp_path / "work").mkdir(0o700)
        case = RotateRole(tmp_path / "work", monkeypatch)
        for path in (tmp_path / "work").rglob("*"):
            path.chmod(path.stat().st_mode & ~0o022)
        os.umask(0)
        case.command()
    finally:
        os.umask(previous)
    assert [path for path in (tmp_path / "work").rglob("*") if path.stat().st_mode & 0o022] == []
