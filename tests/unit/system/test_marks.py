"""Marks: what a command that was killed was about to change."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct
from msgspec.structs import asdict

from dockgate.core.errors import ConfigError
from dockgate.system import locks, marks
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

# The first twelve digits of the subject's SHA-256.
PROD = "587d35c66f5f"


class Intent(Struct, frozen=True):
    count: int


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path, process={"USER": "alice"})


def test_a_mark_stands_while_its_action_is_worked_on(project: Project) -> None:
    """It says who began what and when, under a name that is the same for the same subject."""
    file = project.root / f".dockgate/marks/up-{PROD}.json"
    with marks.marked(project, "shop-prod", "up", "up --env=prod", count=3):
        mark = marks.one(project, "shop-prod", "up")
        assert mark is not None
        assert json.loads(file.read_text()) == {
            "action": "up",
            "subject": "shop-prod",
            "by": asdict(mark.by),
            "facts": {"count": 3},
        }
        assert mark.by == locks.Holder(
            "alice", mark.by.host, os.getpid(), mark.by.since, "up --env=prod", str(project.root)
        )
        assert str(mark) == (f"`up --env=prod`, begun {mark.by.since} by alice (pid {os.getpid()}), was not finished")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", mark.by.since)
        assert marks.facts(mark, Intent) == Intent(3)
        assert marks.left(project) == marks.left(project, "shop-prod") == (mark,)
        assert marks.left(project, "shop-dev") == ()
        assert marks.one(project, "shop-prod", "down") is None
    assert not file.exists()
    assert marks.one(project, "shop-prod", "up") is None


def test_what_was_broken_off_stays_until_it_is_cleared(project: Project) -> None:
    """The oldest is told first, whatever its file is called."""
    for second, action in ((2, "a"), (1, "b"), (3, "c")):
        with pytest.raises(ValueError, match="killed"), marks.marked(project, "s", action, f"inv {action}"):
            raise ValueError("killed")
        file = next((project.state / "marks").glob(f"{action}-*.json"))
        text = json.loads(file.read_text())
        text["by"]["since"] = f"2026-01-01T00:00:0{second}+00:00"
        file.write_text(json.dumps(text))
    assert [each.action for each in marks.left(project)] == ["b", "a", "c"]
    marks.clear(project, "other", "a")
    marks.clear(project, "s", "none", "b", "c")
    assert [each.action for each in marks.left(project)] == ["a"]


@pytest.mark.parametrize("content", ["", "[" * 100_000, "{}", "\udcff"])
def test_what_is_no_mark_is_refused(project: Project, content: str) -> None:
    """What it was about is not known, so nothing goes on."""
    file = project.state / "marks/up-1.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(os.fsencode(content))
    with pytest.raises(ConfigError) as caught:
        marks.left(project)
    start, fix = (
        f"{file}: is not a mark of an unfinished command: ",
        f"\n  → rm {file}; then look at what it was about: inv status",
    )
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith(fix)
    assert str(caught.value.__cause__) == str(caught.value).removeprefix(start).removesuffix(fix)


def test_facts_of_another_form_are_refused(project: Project) -> None:
    """The name of the command stands in the error."""
    with marks.marked(project, "s", "up", "up --env=prod", count="many"):
        mark = marks.one(project, "s", "up")
    assert mark is not None
    with pytest.raises(ConfigError) as caught:
        marks.facts(mark, Intent)
    assert str(caught.value) == (
        "the mark of `up --env=prod` is damaged: Expected `int`, got `str` - at `$.count`\n"
        "  → remove it from .dockgate/marks; then look at what it was about: inv status"
    )
