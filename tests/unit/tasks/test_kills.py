"""Every command that changes something in several steps, killed at each of them, and then given again.

What the next one says and what it leaves is compared with a command that nothing interrupted. `POINTS` are the steps
of each command, in order; a new step fails here until it is listed, and is then killed like the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.system import lock_folder
from tests.unit.tasks.kill_cases import Down, Restart, Up
from tests.unit.tasks.kill_cases_release import Promote, Release, Rollback
from tests.unit.tasks.kill_cases_secrets import (
    Add,
    Edit,
    Init,
    Remove,
    Rotate,
    RotateGiven,
    RotateRole,
    RotateTurn,
    Set,
)
from tests.unit.tasks.kill_points import POINTS

if TYPE_CHECKING:
    from pathlib import Path

# Whole commands, again and again: what they run others have run, and tracing them takes as long as they do.
pytestmark = pytest.mark.no_cover


ROTATIONS = (Rotate, RotateRole, RotateTurn, RotateGiven)
CASES = (Up, Down, Restart, Init, Set, Edit, Add, Remove, *ROTATIONS, Promote, Rollback)


STEPS = [(kind, point) for kind in CASES for point in POINTS[kind.__name__]]


def made(kind: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a case of its own."""
    return kind(folder, monkeypatch, *([capsys] if issubclass(kind, Release) else []))


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_steps(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The list of steps is complete."""
    folder = tmp_path / "parts"
    folder.mkdir()
    monkeypatch.setattr(lock_folder, "find", lambda _project: folder)
    case = made(kind, folder, monkeypatch, capsys)
    case.knife.run(case.command)
    order = sorted if kind is Restart else list  # old containers stop while the next services start
    assert order(case.knife.points) == order(POINTS[kind.__name__])
    assert case.state()["marks"] == []


LEFT: dict[str, Any] = {}


def uninterrupted(kind: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what a command leaves that nothing interrupts."""
    if kind.__name__ not in LEFT:
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            case = made(kind, folder, patch, capsys)
            case.command()
            LEFT[kind.__name__] = case.state()
    return LEFT[kind.__name__]


@pytest.mark.parametrize(("kind", "point"), STEPS, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_killed_and_given_again(
    kind: Any, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command leaves what an uninterrupted one leaves, and says what it found."""
    expected = uninterrupted(kind, tmp_path / "whole", capsys)
    folder = tmp_path / "parts"
    folder.mkdir()
    monkeypatch.setattr(lock_folder, "find", lambda _project: folder)
    case = made(kind, folder, monkeypatch, capsys)
    assert case.knife.run(case.command, at=point)
    if point == "empty lock":  # all is done, and said
        assert case.state() == expected
        return
    points = POINTS[kind.__name__]
    begun = min(points.index(each) for each in points if each.startswith("write marks/"))
    marked = begun < points.index(point) <= points.index(f"remove marks/{kind.mark}")
    assert bool(case.state()["marks"]) is marked
    capsys.readouterr()
    case.command()
    said = case.shop.said if isinstance(case, Release) else capsys.readouterr().err
    assert case.state() == expected
    assert ("was not finished" in said) is marked
    assert ("left no mark" in said) is (not marked and point != "write lock")
