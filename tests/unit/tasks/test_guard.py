"""`inv guard`: what it prints, what it writes, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dockgate.adoption import trial
from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.guardrails import project_check, registry, sarif
from dockgate.guardrails.report import Checked, Report
from dockgate.tasks import build, guard, namespace, specs
from tests.unit.guardrails.repository import git, make

ERROR = Finding(Location("env/dev.env", 1, 1), "DG201", Severity.ERROR, "holds X of prod", "dev", "remove it")
UMLAUT = Finding(Location("env/dev.env", 1, 1), "DG201", Severity.ERROR, "hält X", "dev", "remove it")
NAMES = "dev staging prod"
WARNING = Finding(Location("env/dev.env", 2, 1), "DG113", Severity.WARNING, "is read", "dev", "move it")


def run(monkeypatch: pytest.MonkeyPatch, report: Report, **flags: Any) -> int:
    """Run the task as Invoke would; return its exit code."""
    monkeypatch.setattr(project_check, "run", lambda *_: report)
    try:
        guard.guard.body(None, **{"env": "", "sarif": "", "staged": False, "all_files": False, "json": False, **flags})
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    make(made)
    monkeypatch.chdir(made)
    return made


@pytest.mark.usefixtures("folder")
def test_exit_3_and_one_json_document_when_blocked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings, what was checked, and the verdict."""
    assert run(monkeypatch, Report((ERROR, WARNING), (Checked("dev", ("DG201",)),)), json=True) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["blocked"] is True
    assert document["checked"] == [{"environment": "dev", "rules": ["DG201"]}]
    assert document["findings"] == [ERROR.as_json(), WARNING.as_json()]


@pytest.mark.usefixtures("folder")
def test_exit_0_with_warnings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told and do not block."""
    assert run(monkeypatch, Report((WARNING,))) == 0


def test_sarif_is_written_although_the_run_blocks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That is when it is wanted."""
    assert run(monkeypatch, Report((UMLAUT, ERROR), excused=(WARNING,)), sarif="guard.sarif") == 3
    text = (folder / "guard.sarif").read_text()
    titles = {rule.CODE: rule.TITLE for rule in registry.rules()}
    assert text == json.dumps(sarif.document((UMLAUT, ERROR), titles, (WARNING,)), indent=2, ensure_ascii=False)
    assert (folder / "guard.sarif").stat().st_mode & 0o777 == 0o644
    assert "written: guard.sarif\n" in capsys.readouterr().err


def test_staged_looks_at_the_index(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And at nothing else: no engine, no Compose; an environment that is named changes the first line."""
    (folder / "conf.ini").write_text("password = Kf93!mmQp77\n")
    everywhere = f"environment {NAMES} · project shop · endpoint none · files "
    for flags, files in (
        ({"staged": True}, "the index of git"),
        ({"all_files": True}, "every file that git tracks"),
        ({}, "compose/base.yaml compose/dev.yaml compose/staging.yaml compose/prod.yaml"),
    ):
        run(monkeypatch, Report(), **flags)
        assert capsys.readouterr().err == f"{everywhere}{files}\n"
    run(monkeypatch, Report(), staged=True, env="dev")
    assert capsys.readouterr().err.startswith("environment dev · project shop-dev · ")
    assert run(monkeypatch, Report((ERROR,)), staged=True) == 0
    git(folder, "add", "conf.ini")
    assert run(monkeypatch, Report(), staged=True) == 3


def test_all_files_are_those_that_git_tracks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Committed or not, whole or only in the working tree; a file that git does not track is not looked at."""
    (folder / "conf.ini").write_text("password = Kf93!mmQp77\n")
    assert run(monkeypatch, Report((ERROR,)), all_files=True) == 0
    git(folder, "add", "conf.ini")
    git(folder, "commit", "-qm", "oops")
    assert run(monkeypatch, Report(), staged=True) == 0
    assert run(monkeypatch, Report(), all_files=True) == 3
    capsys.readouterr()
    assert run(monkeypatch, Report(), all_files=True, staged=True) == 2
    assert capsys.readouterr().err == "error: --staged and --all-files exclude each other\n  → give one of them\n"


def test_guard_is_a_task(folder: Path) -> None:
    """With these flags and no `--force`."""
    names = namespace(folder, []).task_names
    assert "guard" in names
    flags = {"--env", "--sarif", "--staged", "--all-files", "--json", "--baseline", "-f", "--env-file"}
    assert specs(build())["guard"].flags == flags


@pytest.mark.usefixtures("folder")
def test_the_baseline_is_recorded_and_then_kept_up_to_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Crossing rules block all the same; the rest does once it was repaired and comes back."""
    usual = Finding(Location("compose/dev.yaml", 1, 1), "DG312", Severity.ERROR, "api is by tag", "dev", "pin it")
    assert run(monkeypatch, Report((ERROR, usual)), baseline=True) == 3
    shown = capsys.readouterr()
    assert shown.out == f"{ERROR}\nenv/guard-baseline.json: 1 added, 0 removed; commit it\n"
    assert shown.err.startswith(f"environment {NAMES} · project shop · endpoint none · files compose/base.yaml ")
    known = Report(excused=(usual,), baseline=(usual,))
    assert run(monkeypatch, known) == 0
    unread = Finding(Location("pyproject.toml"), "DG000", Severity.WARNING, "could not look", "dev")
    capsys.readouterr()
    assert run(monkeypatch, Report((unread,))) == 0
    assert len(capsys.readouterr().err.splitlines()) == 1  # what was not looked at may be there
    assert run(monkeypatch, Report()) == 0
    assert capsys.readouterr().err.splitlines()[1:] == [
        "env/guard-baseline.json: 1 repaired, and removed from it; commit it"
    ]
    assert run(monkeypatch, Report((usual, ERROR, WARNING)), baseline=True, json=True) == 3
    document = {"file": "env/guard-baseline.json", "added": 1, "removed": 0, "blocking": [str(ERROR)]}
    assert json.loads(capsys.readouterr().out) == document
    for flags in ({"env": "dev"}, {"sarif": "x"}, {"staged": True}, {"all_files": True}):
        assert run(monkeypatch, Report((usual,)), baseline=True, **flags) == 2
        error = "error: --baseline records every environment\n  → give it alone\n"
        assert capsys.readouterr().err == error


@pytest.mark.usefixtures("folder")
def test_an_engine_that_does_not_answer_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another checkout's stack may be there; the environment is looked at all the same."""

    def silent(*_given: object) -> None:
        raise ToolFailedError("it says nothing", fix="start it")

    monkeypatch.setattr(project_check, "containers", silent)
    assert run(monkeypatch, Report((WARNING,), (Checked("dev", ()),)), env="dev", json=True) == 3
    document = json.loads(capsys.readouterr().out)
    found = [
        (each["code"], each["severity"], each["message"], each["fix"], each["path"]) for each in document["findings"]
    ]
    unseen = ("DG000", "error", "could not query the engine: it says nothing", "start it", "pyproject.toml")
    assert unseen in found
    assert len(found) == 2


def test_files_are_tried_beside_a_folder_that_is_removed_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From where the program is called; flags of a whole project do not go with it."""
    for name in ("compose/base.yaml", "env/dev.env"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    real, places = trial.project, list[Path]()

    def project(root: Path, files: Any, env_files: Any, place: Path) -> Any:
        assert (root, files, env_files) == (Path.cwd(), ("compose/base.yaml",), ("env/dev.env",))
        assert place.is_dir()
        assert place.name.startswith("dockgate-")
        places.append(place)
        return real(root, files, env_files, place)

    monkeypatch.setattr(trial, "project", project)
    flags = {"f": ["compose/base.yaml"], "env_file": ["env/dev.env"]}
    capsys.readouterr()
    assert run(monkeypatch, Report(), **flags) == 0
    assert capsys.readouterr().err == "environment dev · project shop · endpoint none · files compose/base.yaml\n"
    assert [place.exists() for place in places] == [False]
    for more in ({"env": "dev"}, {"staged": True}, {"all_files": True}, {"baseline": True}):
        assert run(monkeypatch, Report(), **flags, **more) == 2
        error = "error: -f tries files alone\n  → leave out --env, --staged and --all-files\n"
        assert capsys.readouterr().err == error
    assert run(monkeypatch, Report(), env_file=["x.env"]) == 2
    assert capsys.readouterr().err == "error: --env-file needs -f\n  → -f compose.yaml --env-file=FILE\n"
