"""What every task has: the error boundary, JSON, exit codes."""

from __future__ import annotations

import errno
import json
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
from dockgate.core.location import Location
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


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_takes_nothing_is_no_bug(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever it shows, also where no file is named."""
    assert run(OSError(number, os.strerror(number))) == 5
    assert "make room" in capsys.readouterr().err
    assert run(FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")) == 5
    assert "TMPDIR" in capsys.readouterr().err


def test_a_file_that_cannot_be_used_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    """It is named; an error without a file is one of ours."""
    assert run(OSError(errno.ELOOP, "too many links", "env/prod.release.toml")) == 2
    assert "env/prod.release.toml: cannot be used: too many links" in capsys.readouterr().err
    assert run(OSError(errno.EBADF, "bad descriptor")) == 1


def test_a_bug_on_a_full_disk_is_still_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its report finds no place."""
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    assert run(ZeroDivisionError("oh")) == 1
    assert "ZeroDivisionError: oh" in capsys.readouterr().err


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


def test_any_other_end_of_invoke_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Only that one is quiet."""
    error = ValueError("x")
    framework.outside(ValueError, error, None)
    assert "ValueError: x" in capsys.readouterr().err


def test_interrupt_is_130() -> None:
    """Ctrl-C."""
    assert run(KeyboardInterrupt()) == 130


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


def test_an_unexpected_error_shows_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """A bug exits 1 and says where the traceback is."""
    assert run(ZeroDivisionError("division by zero")) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    file = said.split("traceback is in ")[1].split()[0]
    with open(file, encoding="utf-8") as written:  # noqa: PTH123 - the path as it was printed
        assert "ZeroDivisionError" in written.read()


def test_errors_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json an error is one document on stdout, with its place and its fix."""
    assert run(ConfigError("wrong", where=Location("env/dev.env", 3, 1), fix="fix it"), json=True) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["where"] == {"path": "env/dev.env", "line": 3, "column": 1}
    assert (error["code"], error["kind"], error["fix"]) == (2, "configuration", "fix it")


def test_shows_json_or_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Data on stdout, in the form asked for."""
    framework.Session(json=True).show({"a": 1}, "text")
    assert json.loads(capsys.readouterr().out) == {"a": 1}
    framework.Session(json=False).show({"a": 1}, lambda: "text")
    assert capsys.readouterr().out == "text\n"


def test_target_is_said_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, so that stdout stays data."""
    projects.make(tmp_path)
    framework.Session(json=True, root=tmp_path).target("staging")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("environment staging · project shop-staging")


def test_unknown_environment_exits_2_before_anything_runs(tmp_path: Path) -> None:
    """Invoke would have run the task."""
    projects.make(tmp_path)
    with pytest.raises(SystemExit) as caught:
        namespace(tmp_path, ["status", "--env=dve"])
    assert caught.value.code == 2


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
