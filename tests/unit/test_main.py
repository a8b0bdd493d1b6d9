"""The program `dockgate`: its help, its version, its name in messages."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest

from dockgate import __main__ as program
from dockgate.tasks import groups, overview

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = """\
Usage: dockgate TASK [--options]

  -h, --help [TASK]          Show this list, or the options of a task.
  -l, --list [GROUP]         List the tasks, or those of a group, such as secrets.
  -V, --version              Show the version.

"""
LINT = """\
Usage: dockgate lint [--options]

  Run hadolint on every Dockerfile.

Options:
  --json   print one JSON document on stdout

"""
COMPLETION = """\
Usage: dockgate completion [--options]

  Print the completion script of a shell, as in dockgate completion bash > ~/.inv-completion.

Options:
  --shell=STRING   bash, zsh or fish

"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder of no project, on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Call the program as `python -m dockgate` does."""
    monkeypatch.setattr("sys.argv", ["/x/dockgate/__main__.py", *words])
    with pytest.raises(SystemExit) as ended:
        program.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), OPTIONS),
        (("--help",), OPTIONS),
        (("-l",), ""),
        (("-F", "flat", "--list"), ""),
    ],
)
def test_help_ends_in_the_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], text: str
) -> None:
    """With commands as this program is called, whatever it was started as."""
    assert run(monkeypatch, *words) == 0
    monkeypatch.setattr("sys.argv", ["dockgate"])
    assert capsys.readouterr() == (text + overview.text(groups()), "")


@pytest.mark.parametrize(("task", "text"), [("lint", LINT), ("completion", COMPLETION)])
def test_help_of_a_task_is_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], task: str, text: str
) -> None:
    """What it does, and each of its flags."""
    for group in groups():
        for _, each in group.names():
            body: Any = each.body
            each.help.update(body.texts)  # Invoke uses them up, and a process shows one help
    assert run(monkeypatch, "--help", task) == 0
    assert capsys.readouterr() == (text, "")


def test_errors_name_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where Python was called."""
    assert run(monkeypatch, "upp") == 2
    assert (
        capsys.readouterr().err == "error: unknown task 'upp'. Did you mean up?\n  → dockgate --list shows the tasks\n"
    )


def test_the_version_is_the_installed_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A checkout that is not installed says so."""

    def version(name: str) -> str:
        assert name == "dockgate"
        return "1.2.3"

    monkeypatch.setattr(metadata, "version", version)
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == "dockgate 1.2.3\n"

    def missing(_name: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", missing)
    assert run(monkeypatch, "-V") == 0
    assert capsys.readouterr().out == "dockgate (not installed)\n"


def test_no_settings_of_invoke_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home may be no folder, or hold anything."""
    (tmp_path / ".invoke.yaml").write_text("run: [")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(monkeypatch, "--help", "lint") == 0
