"""What is pulled and built before a start, as the Compose files say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Plan, Step
from dockgate.engine import containers as engine_containers
from dockgate.engine.containers import EngineImage
from dockgate.stack.runtimes.compose import acquisition
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit.stack.runtimes.compose.acquisitions import DOCUMENT, TAGGED, Stage
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command


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
    with pytest.raises(ToolFailedError) as caught:
        stage.up(fetch=False)
    what = "missing images: postgres:17, registry.example/both:1, p-web"
    assert str(caught.value) == f"{what}\n  → inv up --env=dev without --no-build"
    assert stage.ran == []
    stage.engine.lacking = set()
    assert stage.up(fetch=False) == ["up --no-start --no-build --pull never --quiet-pull --remove-orphans"]
    old = Plan((Step("pull", "postgres:17", "pull_policy: always"),))
    assert acquisition.fetch(stage.prepared, old, Order(fetch=False)) is False


def test_a_pull_of_what_could_be_built_may_fail(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """And takes an hour at most, as a build does; what it did not bring is built."""
    ran: list[tuple[tuple[str, ...], float, bool]] = []

    def run(command: Command, *, check: bool = True) -> Result:
        ran.append((command.argv[1:], command.timeout, check))
        return Result(0, b"", b"", 0.0)

    monkeypatch.setattr(process, "run", run)
    steps = [("pull", "postgres:17"), ("pull", "registry.example/both:1"), ("build", "p-web"), ("create", "p-db-1")]
    plan = Plan(tuple(Step(action, target, "missing") for action, target in steps))
    assert acquisition.fetch(stage.prepared, plan, Order())
    assert ran == [
        (("pull", "--quiet", "db"), 3600.0, True),
        (("pull", "--quiet", "both"), 3600.0, False),
        (("build", "both", "web"), 3600.0, True),
    ]
    ran.clear()
    stage.engine.lacking = set()
    assert acquisition.fetch(stage.prepared, Plan(plan.steps[1:2]), Order())
    assert ran == [(("pull", "--quiet", "both"), 3600.0, False)]
    ran.clear()
    assert not acquisition.fetch(stage.prepared, Plan(plan.steps[3:]), Order())
    assert ran == []


def test_known_are_the_images_of_what_is_wanted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are not pinned, and that the engine has; each is asked for once."""
    asked: list[tuple[object, str]] = []
    postgres = EngineImage("sha256:1", (), (), 0, {})

    def image(endpoint: object, ref: str) -> EngineImage | None:
        asked.append((endpoint, ref))
        return None if ref == "p-web" else postgres

    monkeypatch.setattr(engine_containers, "image", image)
    model, endpoint = stage.prepared.composition.model, stage.target.endpoint
    assert acquisition.known(endpoint, model, ("web",)) == {"postgres:17": postgres}
    assert sorted(asked, key=str) == [(endpoint, "p-web"), (endpoint, "postgres:17")]
    assert acquisition.known(endpoint, model, ("own",)) == {}
    assert set(acquisition.known(endpoint, model, ())) == {"postgres:17", "registry.example/both:1"}


@pytest.mark.parametrize(
    ("policy", "hours", "aged"),
    [
        ("every_1h", 1.0, False),
        ("every_1h", 1.1, True),
        ("every_90m", 1.5, False),
        ("every_90m", 1.6, True),
        ("every_1h1800s", 1.6, True),
        ("daily", 24.0, False),
        ("daily", 24.1, True),
        ("weekly", 167.0, False),
        ("weekly", 169.0, True),
        ("missing", 999.0, False),
    ],
)
def test_an_image_is_pulled_again_when_its_time_is_over(policy: str, hours: float, *, aged: bool) -> None:
    """Where nothing says when it was pulled, it is."""
    now = datetime.fromisoformat(TAGGED) + timedelta(hours=hours)
    assert acquisition._aged(policy, TAGGED, now) is aged
    assert acquisition._aged(policy, "", now) is (policy != "missing")


def test_only_what_is_made_needs_its_image(stage: Stage) -> None:
    """A container that starts again keeps its own; one replica too few needs one more."""
    model = stage.prepared.composition.model
    two = replace(model, services={**model.services, "db": replace(model.services["db"], replicas=2)})
    stays = [container("db", "exited"), container("db", "running", number=2)]
    for action in ("start", "restart", "run"):
        plan = Plan((Step(action, "p-db-1", "x"),))
        assert acquisition.steps(two, ("db",), {}, stays, plan, ()) == ()
    pull = (Step("pull", "postgres:17", "missing"),)
    for action in ("recreate", "roll", "remove"):
        plan = Plan((Step(action, "p-db-2", "x"),))
        assert acquisition.steps(two, ("db",), {}, stays, plan, ()) == pull
    assert acquisition.steps(two, ("db",), {}, stays[:1], Plan(), ()) == pull
    assert acquisition.steps(two, ("db",), {}, stays, Plan(), ()) == ()
    same = replace(two, services={**two.services, "other": replace(two.services["db"], name="other")})
    assert acquisition.steps(same, (), {}, (), Plan(), ()).count(pull[0]) == 1


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
