"""Compose files are tried without any configuration, and nothing is left behind."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from dockgate.adoption import trial
from dockgate.core.errors import ConfigError
from dockgate.tasks import guard

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "compose.yaml": "services: {a: {image: 'busybox:1', environment: {X: '${TOKEN}'}}}\n",
    "compose.prod.yaml": "services: {a: {restart: always}}\n",
    ".env": "TOKEN=x\n",
    "other.env": "TOKEN=y\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_files_are_an_environment(folder: Path) -> None:
    """Development, or what their names say; `.env` is read as Compose does where no env file is given."""
    [dev] = trial.project(folder, ["compose.yaml"], [], folder / "x").environments.values()
    assert (dev.name, dev.is_development, dev.layers, dev.directory) == ("dev", True, (".env",), ".")
    made = trial.project(folder, ["compose.yaml", "compose.prod.yaml"], ["other.env"], folder / "x")
    [prod] = made.environments.values()
    assert (prod.name, prod.protected, prod.layers) == ("prod", True, ("other.env",))
    assert made.state == folder / "x" / ".dockgate"
    with pytest.raises(ConfigError, match="does not exist"):
        trial.project(folder, ["gone.yaml"], [], folder / "x")


def test_the_guard_tries_them_and_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the repository nor in the home."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("dockgate.compose.resolve.read", _refused)
    with pytest.raises(SystemExit) as ended:
        guard.guard.body(None, f=["compose.yaml"], env_file=[], json=True)
    assert ended.value.code == 3
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["findings"]] == ["DG000"]
    assert sorted(os.listdir(folder)) == sorted([*FILES, "home"])  # noqa: PTH208 - names
    assert list(home.iterdir()) == []


def _refused(*_all: object) -> None:
    raise ConfigError("no Compose here")


@pytest.mark.parametrize(
    ("flags", "said"),
    [({"env_file": ["x.env"]}, "--env-file needs -f"), ({"f": ["a.yaml"], "staged": True}, "-f tries files alone")],
)
def test_flags_that_do_not_go_together(
    folder: Path, capsys: pytest.CaptureFixture[str], flags: dict[str, object], said: str
) -> None:
    """Exit 2, and what to leave out."""
    assert folder
    with pytest.raises(SystemExit) as ended:
        guard.guard.body(None, **flags)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
