"""doctor and clean."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from dockgate import doctor, engine, leftovers
from dockgate.doctor import Check
from dockgate.leftovers import Found, Leftover
from tests.unit.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World

DEAD = (
    Leftover("shop-dev-x", "dev", "nothing of the instance x runs", (Found("container", "1", "shop-dev-x-a", {}),)),
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return worlds.make(tmp_path, model(service("api")), monkeypatch)


def test_doctor_exits_4_when_something_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And looks at the environment's ports, but not at those that its own stack holds."""
    asked: list[dict[str, int]] = []

    def examine(_project: object, _endpoint: object, ports: dict[str, int]) -> list[Check]:
        asked.append(dict(ports))
        return [Check("engine", good=not ports, found="x", mend="mend it")]

    monkeypatch.setattr(doctor, "examine", examine)
    assert world.inv("doctor", monkeypatch=monkeypatch) == 0
    capsys.readouterr()
    assert world.inv("doctor", "--env=dev", "--json", monkeypatch=monkeypatch) == 4
    assert json.loads(capsys.readouterr().out)["good"] is False
    assert asked == [{}, {"DOOR_PORT": 8080}]


def test_clean_removes_what_is_dead_once_confirmed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody to ask is a no; a dry run only tells; protected environments are named to the search."""
    removed: list[object] = []
    protected: list[object] = []

    def find(_engine: object, name: str, kept: list[str]) -> tuple[Leftover, ...]:
        protected.append((name, kept))
        return DEAD

    monkeypatch.setattr(engine, "Engine", lambda _endpoint: object())
    monkeypatch.setattr(leftovers, "find", find)
    monkeypatch.setattr(leftovers, "remove", lambda _engine, found, **_options: removed.append(found))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert world.inv("clean", monkeypatch=monkeypatch) == 6
    assert world.inv("clean", "--dry-run", monkeypatch=monkeypatch) == 0
    assert removed == []
    capsys.readouterr()
    assert world.inv("clean", "--yes", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["removed"] is True
    assert removed == [DEAD]
    assert protected[0] == ("shop", ["prod"])
