"""How containers live, and what they lose when another one goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.engine import containers as engine_containers
from dockgate.engine.api import RefusedError
from dockgate.engine.containers import Life
from tests.unit.stack.startup import stacks

NEVER = "0001-01-01T00:00:00Z"


def test_networks_that_are_gone_are_asked_for_by_stopped_containers_alone() -> None:
    """What a running one is in is there; one that never ran is in none yet."""
    running = stacks.container("api", "running", networks={"a": "n1"})
    others = (
        stacks.container("db", "exited", networks={"a": "n1", "b": "n2"}),
        stacks.container("once", "exited", networks={"c": "n3"}),
        stacks.container("new", "created", networks={"c": ""}),
    )
    wire = stacks.FakeEngine()
    wire.gone = {"n1", "n3"}
    assert engine_containers.lost_networks(wire, iter((running, *others))) == {"n3"}


@pytest.mark.parametrize(
    ("state", "times", "life"),
    [
        ("running", ("2026-01-02T03:04:05.123456789Z", NEVER), Life("2026-01-02T03:04:05.123456789Z", 60.0, 2)),
        ("paused", ("2026-01-02T03:04:05Z", NEVER), Life("2026-01-02T03:04:05Z", 60.0, 2)),
        ("exited", (NEVER, "2026-01-02T03:04:05Z"), Life("2026-01-02T03:04:05Z", 60.0, 2)),
        ("running", (NEVER, "2026-01-02T03:04:05Z"), Life(restarts=2)),
    ],
)
def test_a_life_is_that_of_the_state(state: str, times: tuple[str, str], life: Life) -> None:
    """Since it began, or since it ended; one that never was has none."""
    now = datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC)
    document = {"State": dict(zip(("StartedAt", "FinishedAt"), times, strict=True)), "RestartCount": 2}

    class Wire:
        def inspect(self, container: str) -> dict[str, Any]:
            if container == "gone":
                raise RefusedError("no", 404)
            return document

    wire: Any = Wire()
    one, gone = (replace(engine_containers.container({"Id": name}), state=state) for name in ("one", "gone"))
    assert engine_containers.lives(wire, (one, gone), now) == {"one": life, "gone": Life()}
    assert engine_containers.life(document, state).age >= life.age
    del document["RestartCount"]
    assert engine_containers.life(document, state, now) == replace(life, restarts=0)


def test_a_network_that_cannot_be_asked_for_is_an_error() -> None:
    """Only what is not there is gone."""
    refusal = RefusedError("broken", 500)

    class Wire:
        def network(self, _ref: str) -> None:
            raise refusal

    wire: Any = Wire()
    stopped = stacks.container("db", "exited", networks={"a": "n1"})
    with pytest.raises(RefusedError, match="broken"):
        engine_containers.lost_networks(wire, [stopped])
    refusal.status = 404
    assert engine_containers.lost_networks(wire, [stopped]) == {"n1"}


def test_a_restart_cuts_off_who_shares_the_network() -> None:
    """The one that has the network started after the other: that one has no network but `lo`."""
    listed = [
        {"Id": "vpn", "State": "running", "HostConfig": {"NetworkMode": "p_default"}},
        {"Id": "app", "State": "running", "HostConfig": {"NetworkMode": "container:vpn"}},
        {"Id": "off", "State": "exited", "HostConfig": {"NetworkMode": "container:vpn"}},
        {"Id": "far", "State": "running", "HostConfig": {"NetworkMode": "container:of-another-stack"}},
    ]
    found = [engine_containers.container(each) for each in listed]
    assert [one.joined for one in found] == ["", "vpn", "vpn", "of-another-stack"]
    started = {"vpn": "2026-01-02T03:04:05Z", "app": "2026-01-02T03:04:06Z"}

    class Wire:
        def inspect(self, container: str) -> dict[str, Any]:
            return {"State": {"StartedAt": started[container], "FinishedAt": "0001-01-01T00:00:00Z"}}

    wire: Any = Wire()
    assert engine_containers.cut_off(wire, found) == frozenset()
    started["vpn"] = "2026-01-02T03:05:00Z"
    assert engine_containers.cut_off(wire, iter(found)) == {"app"}
    assert engine_containers.cut_off(wire, found[:1]) == frozenset()
    started["vpn"] = started["app"]
    assert engine_containers.cut_off(wire, found) == frozenset()
