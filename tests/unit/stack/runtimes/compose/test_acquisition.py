"""What is pulled and built before a start, as the Compose files say."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition
from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Plan
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose.runtime import Compose
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Outcome
from dockgate.system import process
from dockgate.system.process import Result
from tests import said
from tests.unit import projects
from tests.unit.stack.startup.stacks import FakeEngine, container

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command

TAGGED = "2026-01-02T03:04:05Z"  # of every image that the engine of these tests has
DOCUMENT: dict[str, Any] = {
    "name": "p",
    "services": {
        "db": {"image": "postgres:17"},
        "own": {"image": "own@sha256:" + "0" * 64},
        "both": {"image": "registry.example/both:1", "build": {"context": "."}},
        "web": {"build": {"context": "."}, "depends_on": {"db": {"condition": "service_started"}}},
    },
}


class Stage:
    """A stack on an engine that lacks some images, and what Compose is told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]) -> None:
        self.engine, self.ran = FakeEngine(), list[str]()
        monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: self.engine)
        monkeypatch.setattr(process, "run", self.run)
        monkeypatch.setattr(drive, "start", lambda *_all, **_more: Outcome((), (), changed=True, seconds=0.0))
        project = projects.make(folder)
        self.target = projects.stack(project)
        self.runtime = Compose(project, self.target)
        composition = Composition(("compose",), {}, project.root, Model.parse(document))
        self.prepared: Any = SimpleNamespace(composition=composition, target=self.target, images={})

    def run(self, command: Command, **_options: Any) -> Result:
        said.command(command)
        self.ran.append(" ".join(command.argv[1:]))
        if command.argv[1] == "build":
            self.engine.lacking -= {"registry.example/both:1", "p-web"}
        if command.argv[1] == "pull":
            self.engine.lacking -= {"postgres:17"}
        return Result(0, b"", b"", 0.0)

    def plan(self, *containers: Any, services: tuple[str, ...] = ()) -> list[str]:
        """Return the steps, without those that create containers."""
        found = self.runtime.plan(self.prepared, Observed(tuple(containers)), services)
        return [str(step) for step in found.steps if step.action != "create"]

    def up(self, **order: Any) -> list[str]:
        """Run the plan of an empty engine; return what Compose was told."""
        observed = Observed(())
        self.runtime.run(self.prepared, observed, self.runtime.plan(self.prepared, observed), Order(**order))
        return self.ran


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return a stack of which the engine has nothing but the pinned image."""
    made = Stage(tmp_path, monkeypatch, DOCUMENT)
    made.engine.lacking = {"postgres:17", "registry.example/both:1", "p-web"}
    return made


def test_the_plan_says_what_is_missing(stage: Stage) -> None:
    """In the order of the start; what is pinned is there."""
    assert stage.plan() == [
        "pull postgres:17 (missing)",
        "pull registry.example/both:1 (missing; built where no registry has it)",
        "build p-web (missing)",
    ]
    assert stage.plan(services=("db",)) == ["pull postgres:17 (missing)"]
    stage.engine.lacking = set()
    assert stage.plan() == []


def test_up_pulls_builds_and_then_creates_without_either(stage: Stage) -> None:
    """What no registry has is built; the services are named, so that nothing pinned is touched."""
    told: list[str] = []
    assert stage.up(fetching=told.append) == [
        "pull --quiet db",
        "pull --quiet both",
        "build both web",
        "up --no-start --no-build --pull never --quiet-pull --remove-orphans",
    ]
    assert told == ["pulling postgres:17, registry.example/both:1", "building p-web, registry.example/both:1"]


def test_an_image_of_ours_is_built_and_not_pulled(stage: Stage) -> None:
    """As a plan has it, before `up` has built it: without a digest, and in no registry."""
    stage.prepared.images = {"DB_IMAGE": "postgres:17"}
    assert stage.plan(services=("db",)) == ["build postgres:17 (missing)"]


def test_no_build_fetches_nothing_and_names_what_is_missing(stage: Stage) -> None:
    """Nothing has been touched then."""
    with pytest.raises(ToolFailedError, match=r"missing images: postgres:17, registry\.example/both:1, p-web"):
        stage.up(fetch=False)
    assert stage.ran == []


@pytest.mark.parametrize(
    ("policy", "there", "steps"),
    [
        ("never", False, []),
        ("missing", True, []),
        ("if_not_present", False, ["pull postgres:17 (missing)"]),
        ("always", True, ["pull postgres:17 (pull_policy: always)"]),
        ("build", True, []),
        ("daily", True, ["pull postgres:17 (pull_policy: daily)"]),
        ("every_1w3d", True, []),
        ("every_4h", True, ["pull postgres:17 (pull_policy: every_4h)"]),
    ],
)
def test_pull_policy_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str, *, there: bool, steps: list[str]
) -> None:
    """As `docker compose up` has it, also for a container that runs already."""
    monkeypatch.setattr("dockgate.stack.runtimes.compose.acquisition.datetime", Clock)
    document = {"name": "p", "services": {"db": {"image": "postgres:17", "pull_policy": policy}}}
    made = Stage(tmp_path, monkeypatch, document)
    made.engine.lacking = set() if there else {"postgres:17"}
    running = container("db", "running", image="postgres:17", config_hash="")
    assert made.plan(*((running,) if there else ())) == steps


def test_an_image_that_must_be_built_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pull_policy: build` with a `build:`."""
    document = {"name": "p", "services": {"web": {"build": {"context": "."}, "pull_policy": "build"}}}
    assert Stage(tmp_path, monkeypatch, document).plan() == ["build p-web (pull_policy: build)"]


def test_a_container_keeps_running_without_its_image(stage: Stage) -> None:
    """`docker image rm -f`: only a new container needs it, and one whose tag moved is recreated."""
    db, own = (
        container(name, "running", config_hash="", image=stage.prepared.composition.model.services[name].image)
        for name in ("db", "own")
    )
    assert not [step for step in stage.plan(db, own) if "postgres" in step]
    stage.engine.lacking = set()
    old = replace(db, labels={engine_containers.IMAGE_ID: "sha256:old"})
    assert [step.split(" (")[0] for step in stage.plan(old, own)] == ["recreate p-db-1"]


class Clock(datetime):
    """A day after the images of these tests were tagged."""

    @classmethod
    def now(cls, _zone: object = None) -> datetime:  # type: ignore[override]  # the time zone is UTC here
        return datetime(2026, 1, 3, 4, tzinfo=UTC)


def test_the_plan_of_nothing_fetches_nothing(stage: Stage) -> None:
    """A restart asks for no image."""
    stage.runtime.run(stage.prepared, Observed(()), Plan(), Order())
    assert stage.ran == []
