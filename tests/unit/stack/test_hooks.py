"""A project's own commands before and after an event."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.stack import hooks
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

SHOW = "import os, sys; print(sorted(os.environ), os.getcwd()); sys.exit(int(sys.argv[1]))"


def project(folder: Path, *tables: str) -> Project:
    process = {"PATH": "/usr/bin:/bin", "TOKEN_FILE": "/x", "SECRET": "not-to-be-seen"}
    return projects.make(folder, projects.PYPROJECT + "\n".join(tables), process)


def hook(moment: str, *words: str, more: str = "") -> str:
    return f"[[tool.dockgate.hooks.{moment}]]\ncommand = {[*words]}\n{more}\n"


def test_hooks_run_in_order_with_what_they_declare(tmp_path: Path) -> None:
    """In the project's folder; the environment of the caller is not theirs."""
    made = project(
        tmp_path,
        hook("after-up", "echo", "later"),
        hook("before-up", "echo", "one"),
        hook("before-up", sys.executable, "-I", "-c", SHOW, "0", more='env = ["TOKEN_FILE"]'),
    )
    said: list[str] = []
    hooks.run(made, projects.stack(made, "dev", "two"), "before-up", {"DOCKGATE_VERSION": "1.0.0"}, said.append)
    assert said[:2] == ["before-up: echo one", "  | one"]
    names = ["DOCKGATE_ENVIRONMENT", "DOCKGATE_INSTANCE", "DOCKGATE_PROJECT", "DOCKGATE_VERSION", "PATH", "TOKEN_FILE"]
    assert said[3].removeprefix("  | ").replace("'LC_CTYPE', ", "") == f"{names} {tmp_path}"
    assert len(said) == 4


def test_the_first_that_fails_is_the_last(tmp_path: Path) -> None:
    """Its output is shown, and how to run it."""
    made = project(tmp_path, hook("before-up", "sh", "-c", "echo broken; exit 4"), hook("before-up", "echo", "two"))
    said: list[str] = []
    with pytest.raises(ToolFailedError) as caught:
        hooks.run(made, projects.stack(made), "before-up", {}, said.append)
    assert caught.value.what == "the hook before-up exited 4"
    assert "sh -c 'echo broken; exit 4'" in caught.value.fix
    assert said[1:] == ["  | broken"]


def test_a_hook_ends_in_its_time(tmp_path: Path) -> None:
    """As every process does."""
    made = project(tmp_path, hook("before-up", "sleep", "60", more="timeout = 0.1"))
    with pytest.raises(ToolFailedError, match="timed out"):
        hooks.run(made, projects.stack(made), "before-up", {}, print)


def test_the_plan_has_those_of_the_event(tmp_path: Path) -> None:
    """Before and after, in that order."""
    made = project(tmp_path, hook("after-up", "echo", "b"), hook("before-up", "echo", "a"), hook("before-release", "x"))
    assert [*map(str, hooks.steps(made, "up"))] == ["run echo a (hook before-up)", "run echo b (hook after-up)"]
    assert [*map(str, hooks.steps(made, "promote"))] == ["", ""]


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ("[[tool.dockgate.hooks.before-down]]\ncommand = ['x']\n", "before-down"),
        ("[[tool.dockgate.hooks.before-up]]\n", "is required"),
        ("[[tool.dockgate.hooks.before-up]]\ncommand = 'x y'\n", "must be a list"),
        ("[[tool.dockgate.hooks.before-up]]\ncommand = ['x']\nenvironment = ['A']\n", "environment"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, table: str, word: str) -> None:
    """A moment that does not exist, no command, a command line, an unknown key."""
    with pytest.raises(ConfigError) as caught:
        hooks.load(project(tmp_path, table))
    assert word in str(caught.value)
