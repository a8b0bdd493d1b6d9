"""run and migrate: what they do once, and that everything else is left alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core import project
from dockgate.core.errors import ConfigError
from dockgate.system import audit
from dockgate.tasks import one_off
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World

WRITTEN = {
    "services": {
        "db": {"volumes": [{"type": "volume", "source": "data"}]},
        "api": {"depends_on": {"migrate": {"condition": "service_completed_successfully"}}},
    }
}
MODEL = replace(
    model(service("db"), service("migrate", None, db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY)),
    raw=WRITTEN,
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = worlds.make(tmp_path, MODEL, monkeypatch)
    made.engine.react = {"migrate": [("die", 0)]}
    assert made.inv("up", "--env=dev", monkeypatch=monkeypatch) == 0
    made.commands.clear()
    made.engine.started.clear()
    return made


def test_run_uses_a_new_container_of_the_service(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit code passes through; nothing that runs is asked."""
    world.code = 7
    line = "run --env=dev --service=api --set=A=b --user=0 --entrypoint=/bin/py -- manage --flag"
    assert world.inv(*line.split(), monkeypatch=monkeypatch) == 7
    (command,) = world.attached
    at = command.argv.index("run")
    options = "--rm --no-deps --pull missing --quiet-pull --no-TTY --entrypoint=/bin/py --user=0 --env=A=b"
    assert command.argv[at + 1 :] == (*options.split(), "api", "manage", "--flag")
    assert (world.engine.started, world.images[-1]) == ([], "build=True")


def test_run_wants_a_service_and_a_command(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and nothing is run."""
    for words, said in ((("--service=api",), "a command is required after --"), (("--", "true"), "--service is")):
        assert world.inv("run", "--env=dev", *words, monkeypatch=monkeypatch) == 2
        assert said in capsys.readouterr().err
    assert world.attached == []


def test_migrate_runs_what_others_wait_for_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the new image, although the API would be changed as well; it is in the audit log."""
    services = {name: replace(one, config_hash="new") for name, one in MODEL.services.items()}
    world.model = replace(world.model, services={**services, "db": MODEL.services["db"]})
    capsys.readouterr()
    assert world.inv("migrate", "--env=dev", "--json", monkeypatch=monkeypatch) == 0
    create = "up --no-start --no-build --pull never --quiet-pull --no-deps migrate"
    assert (world.ran(), world.engine.started) == ([create], ["migrate-1"])
    outcomes = {row["name"]: row["outcome"] for row in json.loads(capsys.readouterr().out)["services"]}
    assert outcomes == {"db": "healthy", "migrate": "completed"}
    line = [each for each in audit.lines(project.load(world.folder)) if each["action"] == "migrate"][-1]
    assert (line["result"], line["services"]) == ("done", "migrate")


def test_migrate_runs_again_what_has_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was asked for; and the store that it needs is started first."""
    world.engine.listed["db-1"] |= {"state": "exited", "health": "", "code": 0}
    assert world.inv("migrate", "--env=dev", "--service=migrate", monkeypatch=monkeypatch) == 0
    assert (world.ran(), world.engine.started) == ([], ["db-1", "migrate-1"])


def test_a_migration_that_fails_exits_5_and_everything_runs_as_before(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its last lines."""
    world.engine.react = {"migrate": [("die", 3)]}
    assert world.inv("migrate", "--env=dev", monkeypatch=monkeypatch) == 5
    said = capsys.readouterr().err
    assert "migrate-1 line 24" in said
    assert "failed: migrate; every other service runs as before" in said
    assert world.engine.listed["api-1"]["state"] == "running"


def test_migrate_wants_a_one_shot(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.inv("migrate", "--env=dev", "--service=api", monkeypatch=monkeypatch) == 2
    assert "unknown one-shot 'api'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "one_shot", "text"),
    [
        ("api", False, ""),
        ("migrate", True, ""),
        ("migrate", False, ""),
        ("", False, "--service is required\n  → --service=NAME"),
        ("apii", False, "unknown service 'apii'. Did you mean api?\n  → services: db, migrate, api"),
        ("api", True, "unknown one-shot 'api'.\n  → one-shots: migrate"),
    ],
)
def test_a_service_that_there_is(name: str, text: str, *, one_shot: bool) -> None:
    """Where a one-shot is wanted, one of those."""
    if not text:
        one_off._known(MODEL, name, one_shot=one_shot)
        return
    with pytest.raises(ConfigError) as caught:
        one_off._known(MODEL, name, one_shot=one_shot)
    assert str(caught.value) == text


def test_jobs_that_are_waited_for_run_in_their_order() -> None:
    """A model without any says how a service waits for one."""
    assert one_off._awaited(MODEL) == ("migrate",)
    empty = replace(MODEL, raw={})
    with pytest.raises(ConfigError) as caught:
        one_off._awaited(empty)
    depends = "depends_on with condition: service_completed_successfully"
    assert str(caught.value) == (
        f"no service waits for a one-shot\n  → let a service wait for the migrations: {depends}"
    )
    none = replace(MODEL, services={"api": MODEL.services["api"]})
    with pytest.raises(ConfigError, match=r"one-shots: none$"):
        one_off._known(none, "job", one_shot=True)
