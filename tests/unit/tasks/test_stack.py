"""up, down, status, plan, config: what they do to the engine, and how they end."""

from __future__ import annotations

import io
import json
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import force_setattr, replace

from dockgate.core import project
from dockgate.core.endpoint import Endpoint
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
from dockgate.core.target import stack_lock
from dockgate.env.release_pointer import Pointer
from dockgate.guardrails import Report
from dockgate.system import audit, locks
from tests.unit.projects import PYPROJECT
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tasks.world import World

MODEL = model(service("db"), service("migrate", db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY))
LOCK = stack_lock("shop-dev", Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST"))
MIGRATED = {"migrate": [("die", 0)]}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = worlds.make(tmp_path, MODEL, monkeypatch)
    made.engine.react = MIGRATED
    return made


def up(world: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return world.inv("up", "--env=dev", *words, monkeypatch=monkeypatch)


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
    assert list(document) == ["environment", "project", "endpoint", "changed", "seconds", "services"]
    assert {key for row in document["services"] for key in row} == {"name", "outcome", "seconds", "image", "ports"}
    assert (document["environment"], document["project"], document["changed"]) == ("dev", "shop-dev", True)
    assert {row["name"]: row["outcome"] for row in document["services"]} == {
        "api": "healthy",
        "db": "healthy",
        "migrate": "completed",
    }


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


def test_a_failed_release_is_rolled_back_by_the_command_that_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where one was promoted before."""
    world.engine.react = {"migrate": [("die", 3)]}
    pointer = Pointer("1.1", "sha256:1", "2026-01-01", {}, history=("1.0",))
    monkeypatch.setattr("dockgate.situation.Situation.pointer", lambda *_: pointer)
    monkeypatch.setattr("dockgate.tasks.setup._released", lambda *_, **__: None)
    assert up(world, monkeypatch) == 5
    assert "inv rollback --env=dev returns to 1.0" in capsys.readouterr().err


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


def test_dry_run_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints the plan."""
    assert up(world, monkeypatch, "--dry-run", "--json") == 0
    assert [step["action"] for step in json.loads(capsys.readouterr().out)["steps"]] == ["create"] * 3
    assert world.ran() == []
    assert world.images == ["build=False"]


def test_plan_exits_10_when_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only with --exit-code, and only when something would change."""
    assert world.inv("plan", "--env=dev", monkeypatch=monkeypatch) == 0
    assert world.inv("plan", "--env=dev", "--exit-code", monkeypatch=monkeypatch) == 10
    up(world, monkeypatch)
    assert world.inv("plan", "--env=dev", "--exit-code", monkeypatch=monkeypatch) == 0


def test_status_exits_5_when_something_is_not_healthy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And when there is no stack, or its last container was removed by hand: what `--json` says is the exit code."""
    assert world.inv("status", "--env=dev", monkeypatch=monkeypatch) == 5
    up(world, monkeypatch)
    assert world.inv("status", "--env=dev", monkeypatch=monkeypatch) == 0
    world.engine.listed["api-1"]["health"] = "unhealthy"
    assert world.inv("status", "--env=dev", monkeypatch=monkeypatch) == 5


def test_a_stack_of_which_nothing_is_wanted_is_as_it_should_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`scale: 0`: `up` and `status` agree."""
    none = replace(world.model.services["api"], replicas=0, depends_on={})
    world.model = replace(world.model, services={"api": none})
    assert up(world, monkeypatch) == 0
    assert world.inv("status", "--env=dev", monkeypatch=monkeypatch) == 0


def test_status_says_what_differs_from_the_files(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the cause, and exit 10 only where that is asked for."""
    up(world, monkeypatch)
    api = replace(world.model.services["api"], config_hash="new", image="api:2")
    world.model = replace(world.model, services={**world.model.services, "api": api})
    capsys.readouterr()
    assert world.inv("status", "--env=dev", monkeypatch=monkeypatch) == 0
    assert "differs: roll p-api-1 (image api:1 → api:2)" in capsys.readouterr().out
    assert world.inv("status", "--env=dev", "--exit-code", monkeypatch=monkeypatch) == 10


def test_status_counts_restarts(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that is restarted again and again is not healthy, although it runs when it is looked at."""
    up(world, monkeypatch)
    world.engine.listed["api-1"] |= {"restarts": 6, "began": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z"}
    capsys.readouterr()
    assert world.inv("status", "--env=dev", monkeypatch=monkeypatch) == 5
    said = capsys.readouterr()
    assert "api restarting (6 restarts)" in said.err
    assert "RESTARTS" in said.out


def test_status_follows_what_changes(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each change is shown once, until Ctrl-C."""
    up(world, monkeypatch)
    capsys.readouterr()
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        world.engine.listed["api-1"]["health"] = "unhealthy"
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    assert world.inv("status", "--env=dev", "--follow", monkeypatch=monkeypatch) == 130
    out = capsys.readouterr().out
    assert (out.count("SERVICE"), out.count("unhealthy")) == (2, 1)


def test_status_counts_no_replicas_of_what_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finished one-shot lacks none, and says no 0/1 that looks as if."""
    up(world, monkeypatch)
    capsys.readouterr()
    world.inv("status", "--env=dev", monkeypatch=monkeypatch)
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert ("1/1" in lines["api"], "/1" in lines["migrate"]) == (True, False)


def test_status_tells_json(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, with exactly the documented keys; a finished one-shot is completed."""
    up(world, monkeypatch)
    capsys.readouterr()
    assert world.inv("status", "--env=dev", "--json", monkeypatch=monkeypatch) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["environment", "project", "healthy", "services", "drift"]
    keys = ["name", "state", "health", "replicas", "wanted", "image", "digest", "ports", "since", "restarts"]
    assert all(list(row) == keys for row in document["services"])
    assert {row["name"]: row["state"] for row in document["services"]}["migrate"] == "completed"


def test_config_is_the_model(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With every secret's value masked, should a file hold one."""
    force_setattr(world.model, "raw", {"services": {"api": {"command": [f"--token={worlds.SECRET}"]}}})
    assert world.inv("config", "--env=dev", monkeypatch=monkeypatch) == 0
    out = capsys.readouterr().out
    assert worlds.SECRET not in out
    assert "--token=" in json.loads(out)["services"]["api"]["command"][0]


def test_another_checkouts_stack_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither started over nor removed."""
    other = container("api", "running", "healthy", labels=worlds.labels("api", folder="/elsewhere"))
    world.engine.listed[other.id] = {"one": other, "state": "running", "health": "healthy"}
    assert up(world, monkeypatch) == 2
    assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 2
    assert world.ran() == []


def test_another_environments_stack_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even from the same checkout."""
    other = container("api", "running", "healthy", labels=worlds.labels("api", "prod"))
    world.engine.listed[other.id] = {"one": other, "state": "running", "health": "healthy"}
    assert up(world, monkeypatch) == 2


def test_down_removes_the_stack_and_keeps_volumes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes only when asked, and confirmed."""
    up(world, monkeypatch)
    world.networks, world.volumes, world.commands = ["shop-dev_default"], ["shop-dev_data"], []
    assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 0
    assert world.ran() == ["down --remove-orphans"]
    assert world.volumes == ["shop-dev_data"]
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert world.inv("down", "--env=dev", "--volumes", monkeypatch=monkeypatch) == 6
    assert world.volumes == ["shop-dev_data"]
    assert world.inv("down", "--env=dev", "--volumes", "--yes", monkeypatch=monkeypatch) == 0
    assert world.volumes == []


def test_hooks_run_around_up(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown by `plan`; a hook before it that fails changes nothing, one after it is not run when `up` fails."""
    tables = "".join(
        f'[[tool.dockgate.hooks.{when}-up]]\ncommand = ["sh", "-c", "echo {when}"]\n' for when in ("before", "after")
    )
    settings = world.folder / "pyproject.toml"
    plain = settings.read_text(encoding="utf-8")
    settings.write_text(plain + tables, encoding="utf-8")
    assert world.inv("plan", "--env=dev", monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out.splitlines()[-2:]
    assert shown == ["run sh -c echo before (hook before-up)", "run sh -c echo after (hook after-up)"]
    started = [command.argv[0] for command in world.commands]
    assert up(world, monkeypatch) == 0
    ran = [" ".join(command.argv) for command in world.commands[len(started) :]]
    assert (ran[0], ran[-1]) == ("sh -c echo before", "sh -c echo after")
    world.engine.listed["db-1"]["state"] = "exited"
    world.engine.react = {"db": [("die", 1)]}
    capsys.readouterr()
    assert up(world, monkeypatch) == 5
    assert "after-up" not in capsys.readouterr().err


def test_down_shows_first_what_it_removes(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole plan, volumes only where they are asked for; nothing is removed, and nothing is asked."""
    up(world, monkeypatch)
    world.networks, world.volumes, world.commands = ["shop-dev_default"], ["shop-dev_data"], []
    capsys.readouterr()
    assert world.inv("down", "--env=dev", "--dry-run", monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out
    containers = "".join(f"remove p-{name}-1 (container)\n" for name in ("api", "db", "migrate"))
    assert shown == f"{containers}remove shop-dev_default (network)\n"
    assert world.inv("down", "--env=dev", "--dry-run", "--volumes", "--json", monkeypatch=monkeypatch) == 0
    (*_, last) = json.loads(capsys.readouterr().out)["steps"]
    assert (last["target"], last["cause"]) == ("shop-dev_data", "volume, with all data in it")
    assert last["effect"] == "destroy"
    assert (world.ran(), world.volumes) == ([], ["shop-dev_data"])
    assert world.inv("down", "--env=dev", "--volumes", "--yes", "--json", monkeypatch=monkeypatch) == 0
    removed = json.loads(capsys.readouterr().out)
    assert (removed["volumes"], removed["networks"]) == (["shop-dev_data"], ["shop-dev_default"])


def test_down_leaves_a_line_in_the_audit_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was removed, its lost volumes among it; nothing for a stack that was not there."""
    world.inv("down", "--env=dev", monkeypatch=monkeypatch)
    loaded = project.load(world.folder, {"PATH": "/bin"})
    assert [line for line in audit.lines(loaded) if line["action"] == "down"] == []
    up(world, monkeypatch)
    world.volumes = ["shop-dev_data"]
    assert world.inv("down", "--env=dev", "--volumes", "--yes", monkeypatch=monkeypatch) == 0
    (line,) = (line for line in audit.lines(loaded) if line["action"] == "down")
    assert (line["result"], line["environment"], line["volumes"]) == ("done", "dev", "shop-dev_data")


def test_down_of_nothing_is_fine(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so and exits 0."""
    assert world.inv("down", "--env=dev", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["existed"] is False


class Terminal(io.StringIO):
    """A person who types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "typed", "code"),
    [
        ((), "", 6),
        (("--yes",), "", 6),
        (("--confirm=staging",), "", 6),
        ((), "y\n", 6),
        ((), "prod\n", 0),
        (("--confirm=prod",), "", 0),
    ],
)
def test_a_protected_environment_wants_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], typed: str, code: int
) -> None:
    """Typed, or given in full; `--yes` is not it."""
    world = worlds.make(tmp_path, MODEL, monkeypatch, "prod")
    one = container("api", "running", "healthy", labels=worlds.labels("api", "prod"))
    world.engine.listed[one.id] = {"one": one, "state": "running", "health": "healthy"}
    monkeypatch.setattr("sys.stdin", Terminal(typed) if typed else io.StringIO())
    assert world.inv("down", "--env=prod", *words, monkeypatch=monkeypatch) == code
    assert bool(world.ran()) == (code == 0)


def test_missing_secrets_name_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, before anything is built."""
    world = worlds.make(tmp_path, MODEL, monkeypatch, "prod")
    assert world.inv("up", "--env=prod", monkeypatch=monkeypatch) == 2
    said = capsys.readouterr().err
    assert "inv secrets.init --env=prod" in said
    assert "unreleased build" in said.splitlines()[0]
    assert world.images == []


def test_a_locked_stack_exits_7(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody else changes it now: another process, stood in for by a lock that is not this one's."""
    monkeypatch.setattr(locks, "_ours", set())
    loaded = project.load(tmp_path, {"PATH": "/bin"})
    with locks.held(loaded, LOCK, "a test"):
        monkeypatch.setattr(locks, "_ours", set())
        assert up(world, monkeypatch) == 7
        assert world.inv("down", "--env=dev", monkeypatch=monkeypatch) == 7


def test_down_waits_for_the_lock(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For as long as --lock-wait says: the holder ends while we wait."""
    up(world, monkeypatch)
    loaded = project.load(tmp_path, {"PATH": "/bin"})
    with ExitStack() as other:
        other.enter_context(locks.held(loaded, LOCK, "a test"))
        monkeypatch.setattr(locks, "_ours", set())
        monkeypatch.setattr(time, "sleep", lambda _seconds: other.close())
        assert world.inv("down", "--env=dev", "--lock-wait=60", monkeypatch=monkeypatch) == 0


def test_what_only_compose_can_start_is_started_by_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks, for one; and health is looked at afterwards."""
    force_setattr(world.model, "raw", {"services": {"api": {"post_start": [{"command": ["x"]}]}}})
    up(world, monkeypatch)
    assert world.ran()[0].startswith("up --detach --wait")


def test_the_guard_comes_before_secrets_and_whose_stack_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it refuses is told, and no provider is asked, no container looked at for its owner."""
    world.report = Report((Finding(Location("pyproject.toml"), "DG403", Severity.ERROR, "a stack of prod", "dev"),))
    monkeypatch.setattr("dockgate.stack.prepare.environment", lambda *_: pytest.fail("secrets were read"))
    assert up(world, monkeypatch) == 3
    assert "DG403 [dev]: a stack of prod" in capsys.readouterr().err


@pytest.mark.parametrize("task", ["plan", "config", "status"])
def test_what_only_looks_asks_no_provider(
    task: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the reference; `up` asks. A provider's program may be anything that a checkout names."""
    (world.folder / "env/dev.env").write_text("TOKEN=cmd:op\n")
    declared = '[tool.dockgate.providers.op]\ncommand = ["vault-of-the-checkout"]\n'
    (world.folder / "pyproject.toml").write_text(PYPROJECT + declared)
    world.inv(task, "--env=dev", monkeypatch=monkeypatch)
    assert "from providers, not asked for now: TOKEN (cmd:op)" in capsys.readouterr().err
    assert all("vault-of-the-checkout" not in command.argv for command in world.commands)
    up(world, monkeypatch)
    assert any("vault-of-the-checkout" in command.argv for command in world.commands)


def test_what_is_refused_changed_nothing_and_is_said_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding, and an error of the configuration; each keeps its exit code."""
    found = Finding(Location("env/dev.env", 1, 1), "DG201", Severity.ERROR, "holds X of prod", "dev", "remove it")
    world.report = Report((found,), ())
    assert up(world, monkeypatch) == 3
    said = capsys.readouterr().err
    assert said.count("holds X of prod") == 1
    assert said.endswith("\nerror: blocked by 1 finding (nothing was changed)\n")
    world.report = Report()
    (world.folder / "env/dev.env").write_text("")
    assert up(world, monkeypatch) == 2
    assert "(nothing was changed)\n  → " in capsys.readouterr().err
