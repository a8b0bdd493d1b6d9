"""A project's own commands before and after an event."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.stack import hooks
from dockgate.system import process
from dockgate.system.process import Result
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


def test_every_word_that_a_hook_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute, or as long as it says; what it prints on either stream is shown, and nothing where it says nothing."""
    given: list[tuple[Command, dict[str, Any]]] = []

    def run(command: Command, **options: Any) -> Result:
        given.append((command, options))
        return Result(0, b"out\n" if len(given) == 1 else b"", b"err\n" if len(given) == 1 else b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    made = project(tmp_path, hook("after-up", "a", "b c"), hook("after-up", "d", more="timeout = 5"))
    said: list[str] = []
    hooks.run(made, projects.stack(made, "dev", "two"), "after-up", {"DOCKGATE_VERSION": "1"}, said.append)
    env = {
        "PATH": "/usr/bin:/bin",
        "DOCKGATE_ENVIRONMENT": "dev",
        "DOCKGATE_INSTANCE": "two",
        "DOCKGATE_PROJECT": "shop-dev-two",
        "DOCKGATE_VERSION": "1",
    }
    assert given == [
        (Command(("a", "b c"), env, tmp_path, 60.0), {"check": False}),
        (Command(("d",), env, tmp_path, 5.0), {"check": False}),
    ]
    assert said == ["after-up: a b c", "  | out\n  | err", "after-up: d"]


def test_the_first_that_fails_is_the_last(tmp_path: Path) -> None:
    """Its output is shown, and how to run it."""
    made = project(tmp_path, hook("before-up", "sh", "-c", "echo broken; exit 4"), hook("before-up", "echo", "two"))
    said: list[str] = []
    with pytest.raises(ToolFailedError) as caught:
        hooks.run(made, projects.stack(made), "before-up", {}, said.append)
    what = "the hook before-up exited 4"
    assert str(caught.value) == f"{what}\n  → run it by hand: sh -c 'echo broken; exit 4'"
    assert said[1:] == ["  | broken"]


def test_the_plan_has_those_of_the_event(tmp_path: Path) -> None:
    """Before and after, in that order."""
    made = project(tmp_path, hook("after-up", "echo", "b"), hook("before-up", "echo", "a"), hook("before-release", "x"))
    assert [*map(str, hooks.steps(made, "up"))] == ["run echo a (hook before-up)", "run echo b (hook after-up)"]
    assert [*map(str, hooks.steps(made, "promote"))] == ["", ""]
    assert [*map(str, hooks.steps(made, "release"))] == ["run x (hook before-release)", ""]


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ("[[tool.dockgate.hooks.before-down]]\ncommand = ['x']\n", "before-down"),
        (
            "[[tool.dockgate.hooks.before-up]]\n",
            'command is required: a list of words\n  → command = ["./scripts/check"]',
        ),
        ("[[tool.dockgate.hooks.before-up]]\ncommand = 'x y'\n", "must be a list"),
        ("[[tool.dockgate.hooks.before-up]]\ncommand = ['x']\nenvironment = ['A']\n", "environment"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, table: str, word: str) -> None:
    """A moment that does not exist, no command, a command line, an unknown key."""
    with pytest.raises(ConfigError) as caught:
        hooks.load(project(tmp_path, table))
    assert word in str(caught.value)
