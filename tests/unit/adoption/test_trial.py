"""Compose files are tried without any configuration, and nothing is left behind."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from dockgate.adoption import trial
from dockgate.core.errors import ConfigError
from dockgate.core.project import Environment, process_environment
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
    made = trial.project(folder, ["./compose.yaml"], [], folder / "x")
    assert made.environments == {"dev": environment("dev", ("compose.yaml",), (".env",))}
    (folder / "docker").mkdir()
    (folder / "docker/compose.yaml").touch()
    nested = trial.project(folder, ["docker/compose.yaml"], [], folder / "x").environments["dev"]
    assert (nested.directory, nested.layers) == ("docker", ())
    (folder / "docker/.env").touch()
    nested = trial.project(folder, [str(folder / "docker/compose.yaml")], [], folder / "x").environments["dev"]
    assert (nested.files, nested.layers) == (("docker/compose.yaml",), ("docker/.env",))
    files = ("compose.yaml", "compose.prod.yaml")
    made = trial.project(folder, files, ["other.env"], folder / "x")
    prod = environment("prod", files, ("other.env",))
    assert made.environments == {"prod": prod}
    assert made.state == folder / "x" / ".dockgate"
    kept = {"XDG_CONFIG_HOME": str(folder / "x/config"), "XDG_CACHE_HOME": str(folder / "x/cache")}
    assert made.process == process_environment() | kept
    assert (made.root, made.settings) == (folder, {})


@pytest.mark.parametrize(("name", "called"), [("My.Shop", "myshop"), ("--", "project")])
def test_the_folder_names_the_project(tmp_path: Path, name: str, called: str) -> None:
    """Where anything of its name is left."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "compose.yaml").touch()
    assert trial.project(tmp_path / name, ["compose.yaml"], [], tmp_path).name == called


@pytest.mark.parametrize(("files", "env_files"), [(["gone"], []), (["compose.yaml"], ["gone"]), (["../gone"], [])])
def test_a_file_that_is_missing_is_named(folder: Path, files: list[str], env_files: list[str]) -> None:
    """As it is seen from here."""
    with pytest.raises(ConfigError) as caught:
        trial.project(folder, files, env_files, folder / "x")
    name = next(each for each in (*files, *env_files) if each.endswith("gone"))
    assert str(caught.value) == f"{name}: does not exist\n  → name a file that is there"


def environment(name: str, files: tuple[str, ...], layers: tuple[str, ...]) -> Environment:
    return Environment(
        name=name,
        files=files,
        layers=layers,
        local="",
        secrets="",
        protected=name == "prod",
        endpoints=("local",),
        profiles=(),
        images={},
        directory=".",
    )


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
