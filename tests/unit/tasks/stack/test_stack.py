"""What `up` and `down` say, whole: what happened, and what helps where it did not."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import project
from dockgate.env.release_pointer import Pointer
from dockgate.release.promotion import rollback
from dockgate.tasks import stack
from tests.unit import projects
from tests.unit.stack.startup.stacks import container
from tests.unit.tasks.stack.words import MIGRATED, up

if TYPE_CHECKING:
    from tests.unit.tasks.world import World


POINTER = Pointer("1.1", "sha256:1", "2026-01-01", {}, history=("1.0", "0.9"))


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was said below the target's line, without how long it took."""
    return [re.sub(r"\d+\.\d s", "X s", line) for line in capsys.readouterr().err.splitlines()[1:]]


def test_what_a_start_took_is_said_last(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Building is named where there was any; the second time there is nothing to change."""
    assert up(world, monkeypatch) == 0
    assert told(capsys) == [
        "db       healthy  X s",
        "migrate  completed  X s",
        "api      healthy  X s",
        "build X s, start X s",
    ]
    assert up(world, monkeypatch) == 0
    assert told(capsys)[-1] == "nothing to change; build X s, start X s"


def test_a_stack_that_did_not_start_is_removed_or_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of it served before."""
    world.engine.react = {"migrate": [("die", 3)]}
    assert up(world, monkeypatch) == 5
    said = told(capsys)
    assert "migrate (p-migrate-1) exited, X s after its start" in said
    assert said[-4:] == [
        "  blocked: api",
        "api: nothing serves now",
        "error: not every service became healthy: migrate failed, api blocked",
        "  → inv logs --env=dev shows the logs, inv status --env=dev the state; inv down --env=dev removes the stack",
    ]


def test_what_served_before_goes_on_to(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each failure is said, then what serves now."""
    assert up(world, monkeypatch) == 0
    services = {**world.model.services, "api": replace(world.model.services["api"], config_hash="new", image="api:2")}
    world.model = replace(world.model, services=services)
    world.engine.react = {**MIGRATED, "api": [("health_status: unhealthy", 0)]}
    told(capsys)
    assert up(world, monkeypatch) == 5
    said = told(capsys)
    assert "api (p-api-2) is unhealthy, X s after its start" in said
    assert said[-3:] == [
        "api: api:1 (sha256:1) serves now",
        "error: not every service became healthy: api failed",
        "  → inv logs --env=dev shows the logs, inv status --env=dev the state; the next inv up --env=dev goes on",
    ]


def result(world: World, instance: str = "", *, running: bool = True) -> Any:
    """Return how a start of the made-up stack failed."""
    target = projects.stack(project.load(world.folder), instance=instance)
    one = container("api", "running" if running else "exited", image="api:2")
    return SimpleNamespace(
        prepared=SimpleNamespace(target=target),
        containers=(one,),
        outcome=SimpleNamespace(failed=("api",)),
        serving=str,
    )


@pytest.mark.parametrize(
    ("instance", "running", "hindrance", "fix"),
    [
        ("", True, "", "inv rollback --env=dev returns to 1.0"),
        ("", False, "", "inv rollback --env=dev returns to 1.0"),
        ("", True, "restore the backup", "restore the backup"),
        ("two", True, "", ""),
    ],
)
def test_a_promoted_release_goes_back_to_the_one_before(
    world: World, monkeypatch: pytest.MonkeyPatch, instance: str, running: object, hindrance: str, fix: str
) -> None:
    """Unless its migrations forbid it; an instance runs what the environment runs."""
    session: Any = SimpleNamespace(
        project="the project",
        situation=SimpleNamespace(pointer=lambda name: POINTER if name == "dev" else None),
    )

    def hinders(*given: object) -> str:
        assert given == ("the project", "dev", "1.0", {"api:2"} if running else set())
        return hindrance

    monkeypatch.setattr(rollback, "hindrance", hinders)
    flags = f"--env=dev{f' --instance={instance}' if instance else ''}"
    shown = f"inv logs {flags} shows the logs, inv status {flags} the state"
    found = stack._helps(session, result(world, instance, running=bool(running)))
    assert found == (f"{fix}; {shown}" if fix else f"{shown}; the next inv up {flags} goes on")


def test_a_stack_that_is_gone_keeps_its_volumes() -> None:
    """They are named, so that a person knows what is left."""
    target: Any = SimpleNamespace(project="shop-dev")
    holdings: Any = SimpleNamespace(volumes=("data", "more"))
    assert stack._absent(target, holdings) == "stack shop-dev does not exist; its volumes stay: data, more"
    assert stack._absent(target, SimpleNamespace(volumes=())) == "stack shop-dev does not exist"  # type: ignore[arg-type]
