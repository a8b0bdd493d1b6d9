"""The rehearsal: the digests of a release, throwaway secrets, the release before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.engine import containers
from dockgate.env import layering
from dockgate.release import smoke
from dockgate.release.pipeline import api_tests, rehearsal
from dockgate.secrets import init as secret_init
from dockgate.secrets.store import Store
from dockgate.stack import prepare, runtimes, up
from tests.unit.release.pipeline.stages import API, DIGEST

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.core.target import Target


def _by_hand() -> Any:
    return SimpleNamespace(name="BY_HAND")


class Stage:
    """Stands in for the stack of a rehearsal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, failed: bool = False) -> None:
        self.pins: dict[str, str] = {}
        self.instance = ""
        self.removed = False
        self.order: list[str] = []
        self.failed = failed
        monkeypatch.setattr(secret_init, "wanted", lambda *_: secret_init.Wanted((_by_hand(),), ()))
        monkeypatch.setattr(secret_init, "filled", lambda *_: Store())
        monkeypatch.setattr(layering, "resolve", self.resolve)
        monkeypatch.setattr(prepare, "prepare", self.prepare)
        monkeypatch.setattr(up, "up", self.up)
        monkeypatch.setattr(runtimes, "of", lambda *_: self)
        port = containers.Port(8443, 49152, "127.0.0.1")
        self.running: tuple[containers.Container, ...] = (
            containers.Container("1", "gateway", "gateway", 1, "running", ports=(port,)),
        )

    def resolve(self, *arguments: Any) -> Any:
        self.secrets = arguments[2]

    def prepare(self, _: Project, stage: Target, __: Any, pins: dict[str, str]) -> None:
        self.instance, self.pins = stage.instance, pins

    def up(self, *_: Any) -> Any:
        self.order.append("up")
        outcome = SimpleNamespace(failed=("api",) if self.failed else (), failures=("api: unhealthy",), services=())
        return SimpleNamespace(outcome=outcome, seconds=1.0, containers=self.running)

    def holdings(self) -> None:
        """Hold nothing."""

    def plan_removal(self, _: None, *, volumes: bool) -> bool:
        return volumes

    def remove(self, _: None, volumes: bool) -> None:  # noqa: FBT001 - the plan, as far as this stack has one
        self.removed = volumes
        self.order.append("down")


def rehearse(project: Project, stage: Target, before: rehearsal.Before | None = None) -> Any:
    wanted = rehearsal.Rehearsal([API], "1.0.0", "/version", before)
    return rehearsal.run(project, stage, wanted, SimpleNamespace())


OLDER = rehearsal.Before("0.9.0", {"API_IMAGE": "shop/api:0.9.0@sha256:0"})


def test_the_release_before_runs_on_the_migrated_database(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After this one, on the same stack, and it answers with its own version."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, fake.pins["APP_VERSION"]))
    assert rehearse(project, stage, OLDER)["before"] == {"version": "0.9.0", "compatible": True}
    assert fake.pins == {"API_IMAGE": "shop/api:0.9.0@sha256:0", "APP_VERSION": "0.9.0"}
    assert fake.order == ["down", "up", "up", "down"]


def test_a_release_with_which_the_one_before_cannot_live_is_refused(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, with the reason; unless its changelog entry says so, and then the manifest knows."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (500 if fake.pins["APP_VERSION"] == "0.9.0" else 200, "1.0.0"))
    with pytest.raises(FindingsError, match=r"not backward compatible: 0\.9\.0 does not run"):
        rehearse(project, stage, OLDER)
    assert fake.removed
    said = rehearsal.Before(OLDER.version, OLDER.variables, may_fail=True)
    assert rehearse(project, stage, said)["before"] == {"version": "0.9.0", "compatible": False}


def test_rehearsal_runs_the_digests_with_throwaway_secrets_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rehearsal runs the digests with throwaway secrets and is removed."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, '{"version": "1.0.0"}'))
    result = rehearse(project, stage)
    assert fake.pins == {"API_IMAGE": f"shop/api:1.0.0@{DIGEST}", "APP_VERSION": "1.0.0"}
    assert fake.instance == "rehearsal-1-0-0"
    assert [each.name for each in fake.secrets.assignments] == ["BY_HAND"]
    assert fake.removed
    assert fake.order == ["down", "up", "down"]  # first what a killed rehearsal left: its secrets were others
    assert result["smoke"] == ["https://127.0.0.1:49152/version"]


@pytest.mark.parametrize("answer", [(200, '{"version": "0.9.0"}'), (500, "1.0.0"), (0, "refused")])
def test_rehearsal_that_does_not_answer_with_its_version_fails_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]
) -> None:
    """Rehearsal that does not answer with its version fails and is removed."""
    fake = Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: answer)
    with pytest.raises(ToolFailedError, match="version"):
        rehearse(project, stage)
    assert fake.removed


def test_rehearsal_that_is_not_healthy_fails_and_is_removed(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rehearsal that is not healthy fails and is removed."""
    fake = Stage(monkeypatch, failed=True)
    with pytest.raises(ToolFailedError, match="unhealthy") as caught:
        rehearse(project, stage)
    assert fake.removed
    assert caught.value.fix == "inv up --env=staging may show the same"


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
    result = rehearsal.run(project, stage, wanted, SimpleNamespace())
    assert asked == [
        (stage.endpoint, "shop-prod-rehearsal-1-0-0"), (project, "pytest tests/api", project.root,
        "https://127.0.0.1:49152")
    ]  # fmt: skip
    assert result["tests"] == "pytest tests/api"
    fake.running = ()
    quiet = rehearsal.Rehearsal([API], "1.0.0", "", None, tests="pytest tests/api")
    with pytest.raises(ToolFailedError, match="publishes no address to test") as caught:
        rehearsal.run(project, stage, quiet, SimpleNamespace())
    assert caught.value.fix == "[tool.dockgate.release] api-tests"


def test_what_a_rehearsal_took_is_in_its_result(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    Stage(monkeypatch)
    monkeypatch.setattr(smoke, "_ask", lambda _: (200, "1.0.0"))
    result = rehearse(project, stage)
    assert {*result} == {"services", "up_seconds", "seconds", "smoke"}
    assert 0.0 <= result["up_seconds"] <= 60.0
    assert 0.0 <= result["seconds"] <= 60.0
