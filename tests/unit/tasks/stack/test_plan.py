"""`plan`, `up --dry-run` and `config`: what would change, without a change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr

from dockgate.release.promotion import gap
from tests.unit.tasks import world as worlds
from tests.unit.tasks.stack.words import up

if TYPE_CHECKING:
    import pytest

    from tests.unit.tasks.world import World


def test_dry_run_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints the plan, with what runs before and after it, and with what a promoted release means for it."""
    created = [
        {"action": "create", "target": f"shop-dev-{name}-1", "cause": "does not exist", "effect": "write"}
        for name in ("db", "migrate", "api")
    ]
    document = {"environment": "dev", "project": "shop-dev", "steps": created, "hooks": []}
    assert up(world, monkeypatch, "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out) == document
    with (world.folder / "pyproject.toml").open("a") as file:
        file.write('[tool.dockgate.hooks]\nafter-up = [{command = ["b"]}]\nbefore-up = [{command = ["a", "x"]}]\n')
    monkeypatch.setattr(gap, "announced", lambda *_: "gap: what runs fails for a while")
    assert up(world, monkeypatch, "--dry-run", "--json") == 0
    steps = [
        {"action": "run", "target": command, "cause": f"hook {when}-up", "effect": "write"}
        for when, command in (("before", "a x"), ("after", "b"))
    ]
    gaps = {"gap": "gap: what runs fails for a while"}
    assert json.loads(capsys.readouterr().out) == {**document, "hooks": steps, **gaps}
    assert world.ran() == []
    assert world.images == ["build=False"] * 2


def test_plan_exits_10_when_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only with --exit-code, and only when something would change."""
    assert world.inv("plan", "--env=dev", monkeypatch=monkeypatch) == 0
    assert world.inv("plan", "--env=dev", "--exit-code", monkeypatch=monkeypatch) == 10
    up(world, monkeypatch)
    assert world.inv("plan", "--env=dev", "--exit-code", monkeypatch=monkeypatch) == 0


def test_config_is_the_model(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With every secret's value masked, should a file hold one."""
    force_setattr(world.model, "raw", {"services": {"api": {"command": [f"--token={worlds.SECRET}"]}}})
    assert world.inv("config", "--env=dev", monkeypatch=monkeypatch) == 0
    out = capsys.readouterr().out
    assert worlds.SECRET not in out
    assert "--token=" in json.loads(out)["services"]["api"]["command"][0]


def test_a_stack_without_a_service_is_no_stack(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where each is behind a profile, `plan` and `up` name the profiles; `config` shows what Compose makes of it."""
    text = "services: {api: {image: a, profiles: [central]}, job: {image: b, profiles: [none, jobs]}}\n"
    (world.folder / "compose").mkdir(exist_ok=True)
    (world.folder / "compose/dev.yaml").write_text(text)
    force_setattr(world.model, "services", {})
    for words in (("plan",), ("up",), ("up", "--dry-run")):
        assert world.inv(words[0], "--env=dev", *words[1:], monkeypatch=monkeypatch) == 2
        said = capsys.readouterr().err
        assert "each is behind a profile" in said
        assert "central, jobs, none" in said
    assert world.ran() == []
