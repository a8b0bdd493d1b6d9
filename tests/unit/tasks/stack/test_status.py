"""`status`: states, drift, restarts, exit codes."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core import ago
from dockgate.core.plan import Plan, Step
from dockgate.stack.status import ServiceStatus, StackStatus
from dockgate.tasks import screen, status
from tests.unit.tasks.stack.words import up

if TYPE_CHECKING:
    import pytest

    from tests.unit.tasks.world import World


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
    monkeypatch.setattr(ago, "ago", lambda _moment: "0 seconds ago")  # a second later the table is narrower
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
    out, err = capsys.readouterr()
    assert (out.count("SERVICE"), out.count("unhealthy"), looks) == (2, 1, [2.0, 2.0, 2.0])
    assert len(re.findall(r"^\d\d:\d\d:\d\d$", err, re.MULTILINE)) == 2


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


def test_the_table_has_a_column_for_restarts_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs stands below it; an image that is fetched each time is no difference."""
    monkeypatch.setattr(ago, "ago", lambda moment: f"long after {moment}")
    api = ServiceStatus("api", "running", "healthy", 1, 2, "api:1", "", ("80", "443"), "x", 0)
    job = ServiceStatus("job", "completed", "", 0, 1, "job:1", "", (), "", 3)
    steps = Plan(tuple(Step(action, f"shop-{action}-1", "why") for action in ("pull", "roll", "build", "start")))
    drift = status._drift(steps)
    assert [step.action for step in drift.steps] == ["roll", "start"]
    often = StackStatus("dev", "shop-dev", (api, job), drift.steps)
    assert status._rows(often) == (
        "SERVICE  STATE      HEALTH   REPLICAS  RESTARTS  SINCE         PORTS\n"
        "api      running    healthy  1/2                 long after x  80 443\n"
        "job      completed                     3\n"
        "differs: roll shop-roll-1 (why)\n"
        "differs: start shop-start-1 (why)"
    )
    once = replace(often, services=(api,), drift=())
    assert status._rows(once) == (
        "SERVICE  STATE    HEALTH   REPLICAS  SINCE         PORTS\n"
        "api      running  healthy  1/2       long after x  80 443"
    )
    monkeypatch.setattr(screen, "width", lambda _stream: 48)
    long = replace(api, name="a" * 20, ports=("80",) * 5)
    assert status._rows(replace(once, services=(long,))) == (
        "SERVICE   STATE    HEALTH   REPLICAS  SINCE     PORTS\n"
        "aaaaaaa…  running  healthy  1/2       long af…  80 80 8…"
    )
