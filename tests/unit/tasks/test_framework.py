"""What every task has: the error boundary, JSON, exit codes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from invoke.program import Program

from dockgate.core.errors import (
    ConfigError,
    DockgateError,
    FindingsError,
    LockedError,
    MissingToolError,
    NotConfirmedError,
    ToolFailedError,
)
from dockgate.tasks import build, framework, namespace, specs
from tests.unit import projects

ROOT = Path(__file__).parents[3]
CODES = {
    DockgateError: 1,
    ConfigError: 2,
    FindingsError: 3,
    MissingToolError: 4,
    ToolFailedError: 5,
    NotConfirmedError: 6,
    LockedError: 7,
}


def run(error: BaseException, **flags: Any) -> int:
    def body(_session: framework.Session) -> None:
        raise error

    with pytest.raises(SystemExit) as caught:
        framework.with_boundary(body, flags)
    code = caught.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_each_error_has_its_exit_code(kind: type[DockgateError], code: int) -> None:
    """The table in DESIGN."""
    assert run(kind("no")) == code


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["--list"], ["env.list", "--env=dev"]])
def test_a_reader_that_has_gone_is_no_error(words: list[str], unbuffered: str) -> None:
    """As with `inv --list | head -1`: whatever prints, Invoke itself or a task, says nothing more and exits 0."""
    read, write = os.pipe()
    os.close(read)
    argv = [sys.executable, "-m", "invoke", *words]
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(argv, cwd=ROOT, env=env, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.returncode == 0
    assert not re.search("Error|Exception", done.stderr)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_128_and_its_number(number: signal.Signals) -> None:
    """A caller that waits can see it; what is under way is ended first."""

    def body(_session: framework.Session) -> None:
        signal.raise_signal(number)

    previous = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with pytest.raises(SystemExit) as caught:
            framework.with_boundary(body, {})
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
    assert caught.value.code == 128 + number


def test_interrupt_is_heard_in_a_background_job_too() -> None:
    """A shell starts those with the signal ignored, and the sender means it."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(SystemExit) as caught:
            framework.with_boundary(lambda _session: signal.raise_signal(signal.SIGINT), {})
    finally:
        signal.signal(signal.SIGINT, previous)
    assert caught.value.code == 130


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["status"], {"status"}),
        (["guard", "--env=dev", "secrets.list", "--env=dev"], {"guard", "secrets.list"}),
        (["-d", "plan", "--env=dev"], {"plan"}),
    ],
)
def test_invoke_gets_the_tasks_that_somebody_called(tmp_path: Path, words: list[str], names: set[str]) -> None:
    """It copies each one that it gets."""
    projects.make(tmp_path)
    assert set(namespace(tmp_path, words).task_names) == names


@pytest.mark.parametrize("words", [[], ["-l", "env"], ["--help", "up"], ["up", "--help"], ["--complete", "--", "u"]])
def test_invoke_gets_every_task_where_it_only_shows_something(tmp_path: Path, words: list[str]) -> None:
    """A list, help, completion."""
    projects.make(tmp_path)
    assert set(namespace(tmp_path, words).task_names) == set(build().task_names)


def test_help_names_the_environments_of_the_project(tmp_path: Path) -> None:
    """Those of this project, and in one process those of the next; outside a project none."""
    (tmp_path / "one").mkdir()
    projects.make(tmp_path / "one")
    for folder, ending in ((tmp_path / "one", "; one of: dev staging prod"), (tmp_path, "such as dev")):
        assert namespace(folder, ["--help", "up"])["up"].help["env"].endswith(ending)


def test_a_task_has_the_help_of_its_options() -> None:
    @framework.command(help={"env": "environment"})
    def body(_session: framework.Session, *, env: str = "") -> None:
        """Do nothing."""

    assert body.help == {"env": "environment", "json": framework.JSON_HELP}


@pytest.mark.parametrize(
    "words",
    [
        ["secrets.set", "--help"],
        ["secrets.set", "--env=dev", "-h"],
        ["env.explain", "--help"],
        ["env.explain", "NAME", "--help"],
        ["env.add", "--like=dev", "--help"],
        ["releases.verify", "--help"],
        ["up", "--help"],
    ],
)
def test_help_is_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """Behind a task that takes a word, Invoke would take `--help` for it, and run the task."""
    projects.make(tmp_path)
    with pytest.raises(SystemExit) as caught:
        Program(namespace=namespace(tmp_path, words)).run(["inv", *words])
    assert caught.value.code == 0
    assert f"[--core-opts] {words[0]} [--options]" in capsys.readouterr().out


def _flag(name: str) -> str:
    return "-f" if name == "f" else "--" + name.strip("_").replace("_", "-")


def test_every_task_explains_every_flag() -> None:
    """`inv --help TASK` says what each flag is for, and no flag has a short form, but for Compose's own -f."""
    collection = build()
    names = specs(collection)
    assert "up" in names
    for name, spec in names.items():
        task = collection[name]
        assert task.__doc__, name
        assert task.auto_shortflags is False, name
        assert {_flag(name) for name in task.body.texts} == spec.flags, name
        assert all(task.body.texts.values()), name
