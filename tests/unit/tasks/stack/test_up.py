"""`up`: what it starts, says and refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import force_setattr, replace

from dockgate.core import project
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.engine.containers import Port
from dockgate.guardrails import Report
from dockgate.system import audit
from dockgate.tasks import setup, stack, unfinished
from tests.unit.tasks.stack.words import MIGRATED, up

if TYPE_CHECKING:
    from tests.unit.tasks.world import World


def test_up_creates_then_starts_in_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose creates, and each container starts when its conditions hold."""
    assert up(world, monkeypatch) == 0
    assert [words.split()[:2] for words in world.ran()] == [["up", "--no-start"]]
    assert world.engine.started == ["db-1", "migrate-1", "api-1"]
    assert world.images == ["build=True"]


def test_up_again_asks_compose_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to change is nothing done."""
    up(world, monkeypatch)
    world.commands.clear()
    world.engine.started.clear()
    assert up(world, monkeypatch) == 0
    assert world.ran() == []
    assert world.engine.started == []


def test_up_says_where_the_stack_is(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the user and the database that the model names."""
    up(world, monkeypatch)
    entry = world.engine.listed["db-1"]
    entry["one"] = replace(entry["one"], ports=(Port(5432, 15432, "127.0.0.1"),))
    named = {"POSTGRES_USER": "shop", "POSTGRES_DB": "goods"}
    world.model = replace(world.model, raw={"services": {"db": {"environment": named}}})
    capsys.readouterr()
    assert up(world, monkeypatch) == 0
    assert capsys.readouterr().out == "db  postgresql://shop@127.0.0.1:15432/goods\n"


def test_up_and_down_leave_a_line_each_however_they_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off by hand too: containers were changed by then."""
    assert up(world, monkeypatch) == 0
    with monkeypatch.context() as patch:
        patch.setattr("dockgate.stack.up.up", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert up(world, monkeypatch) == 130
    assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 0
    found = [(line["action"], line["result"], line["environment"]) for line in audit.lines(project.load(world.folder))]
    assert found == [("up", "healthy", "dev"), ("up", "failed", "dev"), ("down", "done", "dev")]


def test_an_interrupted_up_says_how_to_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C leaves a mark, and the command that completes it is said at once."""
    with monkeypatch.context() as patch:
        patch.setattr("dockgate.stack.up.up", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert up(world, monkeypatch) == 130
    end = "interrupted\n`up --env=dev` was not finished\n  → inv up --env=dev completes it\n"
    assert capsys.readouterr().err.endswith(end)


def test_up_tells_json(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, with exactly the documented keys."""
    assert up(world, monkeypatch, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    seconds = [document.pop("seconds"), *(row.pop("seconds") for row in document["services"])]
    assert all(isinstance(each, float) for each in seconds)
    outcomes = (("db", "healthy"), ("migrate", "completed"), ("api", "healthy"))
    rows = [{"name": name, "outcome": how, "image": f"{name}:1", "ports": []} for name, how in outcomes]
    target = {"environment": "dev", "project": "shop-dev", "endpoint": "unix:///nowhere/docker.sock"}
    assert document == {**target, "changed": True, "services": rows}


def test_up_that_fails_exits_5_with_the_report(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The failure's service, its log lines and what it blocked; still one JSON document."""
    world.engine.react = {"migrate": [("die", 3)]}
    assert up(world, monkeypatch, "--json") == 5
    document = json.loads(capsys.readouterr().out)
    failure = document["failures"][0]
    assert (failure["service"], failure["exit_code"], failure["blocked"]) == ("migrate", 3, ["api"])
    assert failure["logs"]


def test_up_that_fails_says_what_serves_and_keeps_what_served(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new one is not healthy: the old image is named, in text and in JSON, and `down` is not advised."""
    assert up(world, monkeypatch) == 0
    services = {**world.model.services, "api": replace(world.model.services["api"], config_hash="new", image="api:2")}
    world.model = replace(world.model, services=services)
    world.engine.react = {**MIGRATED, "api": [("health_status: unhealthy", 0)]}
    capsys.readouterr()
    assert up(world, monkeypatch, "--json") == 5
    said = capsys.readouterr()
    assert json.loads(said.out)["serving"] == {"api": ["api:1 (sha256:1)"]}
    assert "api: api:1 (sha256:1) serves now" in said.err
    assert "inv down" not in said.err
    assert world.engine.listed["api-1"]["state"] == "running"


def test_suggested_commands_name_the_stack_that_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the one beside it: `down` would remove that."""
    force_setattr(world.model, "project", "shop-dev-two")
    world.engine.project = "shop-dev-two"
    world.engine.react = {"migrate": [("die", 3)]}
    assert up(world, monkeypatch, "--instance=two") == 5
    assert "inv down --env=dev --instance=two removes the stack" in capsys.readouterr().err


def test_up_of_an_unknown_service_exits_2(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is created."""
    assert up(world, monkeypatch, "--service=apii") == 2
    assert world.ran() == []


def test_a_guardrail_that_blocks_exits_3_before_anything_is_built(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No image, no container; a warning lets it pass."""
    finding = Finding(Location("env/dev.env", 3, 1), "DG201", Severity.ERROR, "a production secret", "dev")
    world.report = Report((finding,))
    assert up(world, monkeypatch) == 3
    assert (world.images, world.ran()) == ([], [])
    world.report = Report((replace(finding, severity=Severity.WARNING),))
    assert up(world, monkeypatch) == 0


@pytest.mark.parametrize("asked", [True, False])
def test_each_part_gets_what_was_asked_for(world: World, monkeypatch: pytest.MonkeyPatch, *, asked: bool) -> None:
    """Services and profiles, whose volume is trusted, how long it may take, and whether images are made."""
    given: list[tuple[object, ...]] = []

    def note(module: Any, name: str, first: int) -> None:
        real = getattr(module, name)

        def noted(*words: Any, **flags: Any) -> Any:
            given.append((name, *words[first:], flags))
            return real(*words, **flags)

        monkeypatch.setattr(module, name, noted)

    for module, name, first in ((setup, "ready", 2), (setup, "databases", 2), (setup, "order", 1)):
        note(module, name, first)
    note(unfinished, "stack", 2)
    note(unfinished, "brought_up", 3)
    words = ("--service=db", "--profile=web", "--trust-volume=db", "--no-build", "--timeout=7") if asked else ()
    assert world.inv("up", "--env=dev", *words, monkeypatch=monkeypatch) == 0
    services, profiles, trusted = (("db",), ("web",), ("db",)) if asked else ((), (), ())
    assert given == [
        ("stack", "up", 0, {}),
        ("ready", profiles, {"build": not asked}),
        ("databases", services, trusted, {}),
        ("order", services, 7.0 if asked else 120.0, {"fetch": not asked}),
        ("brought_up", {"whole": not asked}),
    ]
    note(stack, "_show_plan", 2)
    assert world.inv("up", "--env=dev", "--dry-run", *words, monkeypatch=monkeypatch) == 0
    assert given[5] == ("_show_plan", services, profiles, {})
