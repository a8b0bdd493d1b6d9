"""The rehearsal: the digests of a release, throwaway secrets, the release before."""

from __future__ import annotations

import itertools
import re
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import target
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.engine import containers
from dockgate.env import layering
from dockgate.release import smoke
from dockgate.release.pipeline import api_tests, rehearsal
from dockgate.secrets import init as secret_init
from dockgate.secrets.store import Store
from dockgate.stack import prepare, runtimes, up
from dockgate.stack.runtimes.protocol import Order
from tests.unit.release.pipeline.stages import API, DIGEST

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.situation import Situation


def _needed(name: str) -> Any:
    return SimpleNamespace(name=name)


class Stage:
    """Stands in for the stack of a rehearsal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, failed: bool = False) -> None:
        self.pins: dict[str, str] = {}
        self.removed = False
        self.order: list[str] = []
        self.failed = failed
        self.needed = secret_init.Wanted((_needed("KNOWN"), _needed("BY_HAND")), ())
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.store = Store(Secret("KNOWN='made for it'\n"))
        monkeypatch.setattr(secret_init, "wanted", partial(self.ask, "wanted", self.needed))
        monkeypatch.setattr(secret_init, "filled", partial(self.ask, "filled", self.store))
        monkeypatch.setattr(layering, "resolve", partial(self.ask, "resolve", "resolved"))
        monkeypatch.setattr(prepare, "prepare", self.prepare)
        monkeypatch.setattr(up, "up", self.up)
        monkeypatch.setattr(runtimes, "of", partial(self.ask, "of", self))
        port = containers.Port(8443, 49152, "127.0.0.1")
        self.running: tuple[containers.Container, ...] = (
            containers.Container("1", "gateway", "gateway", 1, "running", ports=(port,)),
        )

    def ask(self, what: str, answer: Any, *given: Any) -> Any:
        """Note what was asked, and answer."""
        self.asked[what] = given
        return answer

    def prepare(self, situation: Situation, stage: Target, resolved: Any, pins: dict[str, str]) -> str:
        self.asked["prepare"] = (situation.project, stage, resolved)
        self.pins = pins
        return "prepared"

    def up(self, *given: Any) -> Any:
        self.order.append("up")
        self.asked["up"] = given
        services = (SimpleNamespace(as_json=lambda: {"name": "api"}),)
        failures = ("api: unhealthy", "db: gone")
        outcome = SimpleNamespace(failed=("api",) if self.failed else (), failures=failures, services=services)
        return SimpleNamespace(outcome=outcome, seconds=1.23456, containers=self.running)

    def holdings(self) -> str:
        return "what it has"

    def plan_removal(self, stack: str, *, volumes: bool) -> tuple[str, bool]:
        return stack, volumes

    def remove(self, stack: str, steps: tuple[str, bool]) -> None:
        assert steps == (stack, True)
        assert stack == "what it has"
        self.removed = True
        self.order.append("down")


def rehearse(project: Project, stage: Target, before: rehearsal.Before | None = None) -> Any:
    wanted = rehearsal.Rehearsal([API], "1.0.0", "/version", before)
    return rehearsal.run(project, stage, wanted, LISTENER)


LISTENER: Any = SimpleNamespace()
OLDER = rehearsal.Before("0.9.0", {"API_IMAGE": "shop/api:0.9.0@sha256:0"})


def test_the_release_before_runs_on_the_migrated_database(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After this one, on the same stack, and it answers with its own version; the gateway may know the other yet."""
    fake, late = Stage(monkeypatch), itertools.cycle((True, False))
    monkeypatch.setattr(smoke, "AGAIN", 0.0)
    monkeypatch.setattr(smoke, "_ask", lambda _: (502, "") if next(late) else (200, fake.pins["APP_VERSION"]))
    assert rehearse(project, stage, OLDER)["before"] == {"version": "0.9.0", "compatible": True}
    assert fake.pins == {"API_IMAGE": "shop/api:0.9.0@sha256:0", "APP_VERSION": "0.9.0"}
    assert fake.order == ["down", "up", "up", "down"]


def test_a_release_with_which_the_one_before_cannot_live_is_refused(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, with the reason; unless its changelog entry says so, and then the manifest knows."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "PATIENCE", 0.0)
    monkeypatch.setattr(smoke, "_ask", lambda _: (500 if fake.pins["APP_VERSION"] == "0.9.0" else 200, "1.0.0"))
    with pytest.raises(FindingsError) as caught:
        rehearse(project, stage, OLDER)
    assert str(caught.value) == (
        "not backward compatible: 0.9.0 does not run on the database that this release migrates: "
        "shop-prod-rehearsal-1-0-0 does not answer with its version 0.9.0: "
        "https://127.0.0.1:49152/version: 500 1.0.0\n"
        "  → split the migration so that 0.9.0 can live with it, or write "
        '"not backward compatible" in the changelog entry'
    )
    assert fake.removed
    said = rehearsal.Before(OLDER.version, OLDER.variables, may_fail=True)
    assert rehearse(project, stage, said)["before"] == {"version": "0.9.0", "compatible": False}


def test_rehearsal_runs_the_digests_with_throwaway_secrets_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an instance of its own, on one engine whatever production runs on."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, '{"version": "1.0.0"}'))
    monkeypatch.setattr(rehearsal, "time", SimpleNamespace(monotonic=iter((5.0, 7.12345)).__next__))
    like = replace(stage, environment=replace(stage.environment, runtime="swarm"))
    result = rehearse(project, like)
    assert fake.pins == {"API_IMAGE": f"shop/api:1.0.0@{DIGEST}", "APP_VERSION": "1.0.0"}
    assert fake.removed
    assert fake.order == ["down", "up", "down"]  # first what a killed rehearsal left: its secrets were others
    assert result == {
        "services": [{"name": "api"}],
        "up_seconds": 1.235,
        "seconds": 2.123,
        "smoke": ["https://127.0.0.1:49152/version"],
    }
    mine = target.target(project, "prod", "rehearsal-1-0-0", stage.endpoint)
    layer = fake.asked["resolve"][2]
    assert fake.asked == {
        "of": (project, mine),
        "wanted": (project, like.environment),
        "filled": (fake.asked["filled"][0], fake.needed),
        "resolve": (project, like.environment, layer),
        "prepare": (project, mine, "resolved"),
        "up": (fake, "prepared", Order(timeout=120.0, listener=LISTENER)),
    }
    assert fake.asked["filled"][0].entries == {}
    assert (layer.name, layer.path) == ("secrets", "rehearsal")
    assert [(each.name, str(each.origin), each.layer, each.interpolate) for each in layer.assignments] == [
        (name, "rehearsal", "secrets", False) for name in ("KNOWN", "BY_HAND")
    ]
    known, by_hand = (each.value.reveal() for each in layer.assignments)
    assert known == "made for it"
    assert re.fullmatch("[A-Za-z0-9]{32}", by_hand)


def test_a_candidate_is_an_instance_that_may_be_called_so(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of instances have no dot and no capital."""
    fake = Stage(monkeypatch)
    rehearsal.run(project, stage, rehearsal.Rehearsal([API], "1.0.0-RC.1"), LISTENER)
    assert fake.asked["of"][1].instance == "rehearsal-1-0-0-rc-1"


@pytest.mark.parametrize("answer", [(200, '{"version": "0.9.0"}'), (500, "1.0.0"), (0, "refused")])
def test_rehearsal_that_does_not_answer_with_its_version_fails_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]
) -> None:
    """Rehearsal that does not answer with its version fails and is removed."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "PATIENCE", 0.0)
    monkeypatch.setattr(smoke, "_ask", lambda _: answer)
    with pytest.raises(ToolFailedError, match="version"):
        rehearse(project, stage)
    assert fake.removed


def test_rehearsal_that_is_not_healthy_fails_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rehearsal that is not healthy fails and is removed."""
    fake = Stage(monkeypatch, failed=True)
    with pytest.raises(ToolFailedError) as caught:
        rehearse(project, stage)
    assert fake.removed
    said = "the rehearsal did not become healthy: api: unhealthy; db: gone"
    assert str(caught.value) == f"{said}\n  → inv up --env=staging may show the same"
    protected = {name: replace(each, protected=True) for name, each in project.environments.items()}
    with pytest.raises(ToolFailedError) as alone:
        rehearse(replace(project, environments=protected), stage)
    assert str(alone.value) == said


def test_the_projects_own_tests_ask_the_address_that_is_published(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one that a browser could open; without one there is nothing to test."""
    fake = Stage(monkeypatch)
    asked: list[Any] = []
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, "1.0.0"))
    monkeypatch.setattr(api_tests, "run", lambda *given: asked.append(given))

    def running(*given: Any) -> Any:
        asked.append(given)
        return fake.running

    monkeypatch.setattr(containers, "containers", running)
    wanted = rehearsal.Rehearsal([API], "1.0.0", "/version", None, tests="pytest tests/api")
    result = rehearsal.run(project, stage, wanted, LISTENER)
    assert asked == [
        (stage.endpoint, "shop-prod-rehearsal-1-0-0"), (project, "pytest tests/api", project.root,
        "https://127.0.0.1:49152")
    ]  # fmt: skip
    assert result["tests"] == "pytest tests/api"
    del asked[:]

    def run_of(*given: Any) -> bool:
        asked.append(given)
        return True

    monkeypatch.setattr(api_tests, "run_of", run_of)
    older = replace(wanted, before=replace(OLDER, commit="c0ffee"), smoke="", tests="")
    result = rehearsal.run(project, stage, older, LISTENER)
    assert result["before"] == {"version": "0.9.0", "compatible": True, "tests": True}
    assert asked == [
        (stage.endpoint, "shop-prod-rehearsal-1-0-0"),
        (project, "c0ffee", "https://127.0.0.1:49152"),
    ]
    fake.running = ()
    quiet = rehearsal.Rehearsal([API], "1.0.0", "", None, tests="pytest tests/api")
    with pytest.raises(ToolFailedError) as caught:
        rehearsal.run(project, stage, quiet, LISTENER)
    assert str(caught.value) == (
        "shop-prod-rehearsal-1-0-0 publishes no address to test\n  → [tool.dockgate.release] api-tests"
    )
