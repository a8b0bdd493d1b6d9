"""`env.add`: an environment more, or nothing changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = worlds.make(tmp_path, model(service("api")), monkeypatch)
    (tmp_path / "env/staging.env").write_text("GREETING=staging\nDOOR_PORT=8080\n", encoding="utf-8")
    return made


def test_an_environment_is_added(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is there at once, with a port of its own; a second time it exists already."""
    assert world.inv("env.add", "qa", "--like=staging", "--yes", monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr()
    assert shown.out == "added qa; next: inv env.docs, then inv env.check --env=qa\n"
    assert shown.err == "qa will be like staging\ncreate env/qa.env\nchange pyproject.toml\n"
    assert (world.folder / "env/qa.env").stat().st_mode & 0o777 == 0o644
    assert (world.folder / "pyproject.toml").stat().st_mode & 0o777 == 0o644
    assert (world.folder / "env/qa.env").read_text(encoding="utf-8") == "GREETING=qa\nDOOR_PORT=8081\n"
    assert "qa" in project.load(world.folder, {}).environments
    assert world.inv("env.list", "--env=qa", monkeypatch=monkeypatch) == 0
    capsys.readouterr()
    assert world.inv("env.add", "qa", "--like=staging", "--yes", monkeypatch=monkeypatch) == 2
    assert capsys.readouterr().err == "error: qa exists already\n  → choose another name\n"


def test_json_says_what_is_made_and_what_is_changed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And whether it is written."""
    document = {"name": "qa", "like": "staging", "made": ["env/qa.env"], "changed": ["pyproject.toml"]}
    for word, written in (("--dry-run", False), ("--yes", True)):
        assert world.inv("env.add", "qa", "--like=staging", word, "--json", monkeypatch=monkeypatch) == 0
        assert json.loads(capsys.readouterr().out) == {**document, "written": written}


def test_the_schema_lists_it_beside_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where that one is named."""
    schema = world.folder / "env/schema.toml"
    schema.write_text(f'{worlds.SCHEMA}[ONLY]\nenvironments = ["staging"]\n', encoding="utf-8")
    assert world.inv("env.add", "qa", "--like=staging", "--yes", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "change env/schema.toml"
    assert schema.read_text(encoding="utf-8").endswith('[ONLY]\nenvironments = ["staging", "qa"]\n')


def test_its_ports_are_those_that_no_environment_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the schema calls a port, and a number; files that are not there are none."""
    (world.folder / "env/staging.env").write_text("GREETING=8080\nDOOR_PORT=8080\n", encoding="utf-8")
    (world.folder / "env/prod.env").write_text("DOOR_PORT=8081\n", encoding="utf-8")
    (world.folder / "env/dev.env").write_text("DOOR_PORT=none\n", encoding="utf-8")
    assert world.inv("env.add", "qa", "--like=staging", "--yes", monkeypatch=monkeypatch) == 0
    assert (world.folder / "env/qa.env").read_text(encoding="utf-8") == "GREETING=8080\nDOOR_PORT=8082\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("env.add", "qa", "--like=staging", "--dry-run"), 0),
        (("env.add", "qa", "--like=staging"), 6),
        (("env.add", "qa", "--like=stagign", "--yes"), 2),
        (("env.add", "qa"), 6),
    ],
)
def test_nothing_is_written_otherwise(
    world: World, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int
) -> None:
    """A dry run, no confirmation, an unknown environment to copy."""
    before = (world.folder / "pyproject.toml").read_bytes()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert world.inv(*words, monkeypatch=monkeypatch) == code
    assert (world.folder / "pyproject.toml").read_bytes() == before
    assert not (world.folder / "env/qa.env").exists()


@pytest.mark.parametrize(
    ("tables", "like"),
    [
        ({"prod": "protected = true", "dev": "", "staging": ""}, "staging"),
        ({"prod": "protected = true", "dev": ""}, "dev"),
        ({"prod": "protected = true"}, "prod"),
    ],
)
def test_it_is_like_a_shared_one_where_none_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tables: dict[str, str],
    like: str,
) -> None:
    """Most new ones are neither production nor personal."""
    world = worlds.make(tmp_path, model(service("api")), monkeypatch)
    text = "".join(f"[tool.dockgate.environments.{name}]\n{lines}\n" for name, lines in tables.items())
    (tmp_path / "pyproject.toml").write_text(f'[tool.dockgate]\nname = "shop"\n{text}', encoding="utf-8")
    assert world.inv("env.add", "qa", "--yes", monkeypatch=monkeypatch) == 0
    assert f"qa will be like {like}\n" in capsys.readouterr().err
    assert "qa" in project.load(world.folder, {}).environments


def test_a_file_in_the_way_is_not_overwritten(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing else is written."""
    (world.folder / "env/qa.env").write_text("MINE=1\n", encoding="utf-8")
    assert world.inv("env.add", "qa", "--like=staging", "--yes", monkeypatch=monkeypatch) == 2
    said = "error: env/qa.env exists already\n  → remove it, or choose another name\n"
    assert capsys.readouterr().err == said
    assert (world.folder / "env/qa.env").read_text(encoding="utf-8") == "MINE=1\n"
    assert "qa" not in project.load(world.folder, {}).environments
