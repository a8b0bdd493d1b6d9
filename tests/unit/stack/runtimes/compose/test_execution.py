"""What is planned is what runs: the commands of Compose and the containers that are started, for any stack."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dockgate.compose.resolve import Composition
from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Plan, Step
from dockgate.core.secret import Secret
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose import changes, execution, mount_folders
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Outcome, ServiceOutcome, State
from dockgate.stack.startup.pending import pending
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service
from tests.unit.stack.startup.test_scheduler_properties import stacks

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.compose.model import Model
    from dockgate.core.plan import Command
    from dockgate.core.project import Project
    from dockgate.engine.containers import Container

STATES = (("running", "healthy", None), ("exited", "", 0), ("exited", "", 1), ("created", "", None))
STACK = replace(
    model(service("api", db=HEALTHY, migrate=COMPLETED), service("migrate", None, db=HEALTHY), service("db")),
    raw={"services": {"db": {"volumes": [{"type": "volume", "source": "data"}]}}},
)
RUNNING = (
    container("api", "running", "healthy"),
    container("db", "running", "healthy"),
    container("migrate", "exited", exit_code=0),
)


def restarting(data: st.DataObject, stack: Model) -> Model:
    """Return the model with some dependencies that restart who depends on them."""
    services = {}
    for name, one in stack.services.items():
        waits = {other: replace(wait, restart=data.draw(st.booleans())) for other, wait in one.depends_on.items()}
        services[name] = replace(one, depends_on=waits)
    return replace(stack, services=services)


def standing(data: st.DataObject, stack: Model) -> list[Container]:
    """Draw what runs of a stack: some of it, changed or not, and what is scaled down."""
    found = []
    for name, one in stack.services.items():
        for number in range(1, one.replicas + 2):
            if data.draw(st.booleans()):
                state, health, code = data.draw(st.sampled_from(STATES))
                old = data.draw(st.integers(0, 3)) == 0
                fields: dict[str, Any] = {"exit_code": code, "config_hash": "old" if old else "hash"}
                found.append(container(name, state, health, number, **fields))
    return found


def composed(stack: Model, containers: list[Container], plan: Plan) -> list[Container]:
    """Return what there is when Compose has done its steps: new containers, and stopped ones that restart."""
    todo = {step.target: step.action for step in plan.steps}
    left = []
    for one in containers:
        if todo.get(one.name) in {"recreate", "roll"}:
            left.append(replace(one, state="created", health="", exit_code=None, config_hash="hash"))
        elif todo.get(one.name) == "restart":
            left.append(replace(one, state="exited", health="", exit_code=137))
        elif todo.get(one.name) != "remove":
            left.append(one)
    for name, wanted in stack.services.items():
        new = (container(name, number=number) for number in range(1, wanted.replicas + 1))
        left += [each for each in new if todo.get(each.name) == "create"]
    return left


@given(stacks(), st.data())
@settings(deadline=None)
def test_exactly_what_the_plan_names_is_started(drawn: tuple[Model, dict[str, str]], data: st.DataObject) -> None:
    """Nothing that it does not name, and all that it does: the start-up decides nothing by itself."""
    stack = restarting(data, drawn[0])
    containers = standing(data, stack)
    names = data.draw(st.sets(st.sampled_from(sorted(stack.services)), max_size=2))
    plan = changes.plan(stack, containers, names)
    then = composed(stack, containers, plan)
    started = pending(stack, then, stack.closure(names))
    assert {one.name for one in then if one.id in started} == {
        step.target for step in plan.steps if step.action != "remove"
    }


@given(stacks(), st.data())
@settings(deadline=None)
def test_exactly_what_a_restart_names_is_started(drawn: tuple[Model, dict[str, str]], data: st.DataObject) -> None:
    """The same for `restart`, whose plan creates nothing."""
    stack = restarting(data, drawn[0])
    containers = standing(data, stack)
    plan = changes.restart(stack, containers, sorted(data.draw(st.sets(st.sampled_from(sorted(stack.services))))))
    assert not changes.creates(plan)
    then = composed(stack, containers, plan)
    started = pending(stack, then, stack.services)
    assert {one.name for one in then if one.id in started} == {step.target for step in plan.steps}


def commands(project: Project, containers: tuple[Container, ...], plan: Plan, *services: str) -> list[str]:
    """Return what Compose is told for a plan, without what stands before every command."""
    composition = Composition(("compose", "--env-file", "/dev/null"), {}, project.root, STACK)
    prepared: Any = SimpleNamespace(composition=composition, target=projects.stack(project))
    found = execution.commands(project, prepared, Observed(containers), plan, services)
    return [" ".join(command.argv[command.argv.index("/dev/null") + 1 :]) for command in found]


def test_compose_is_told_what_the_plan_says(tmp_path: Path) -> None:
    """It creates and removes; a restart is a stop before the start; starting is no work for it."""
    project = projects.make(tmp_path)
    create = "up --no-start --no-build --pull never --quiet-pull"
    assert commands(project, (), changes.plan(STACK, ()), "api") == [f"{create} --remove-orphans api"]
    assert commands(project, RUNNING, changes.plan(STACK, RUNNING)) == []
    assert commands(project, RUNNING, changes.restart(STACK, RUNNING, ["db"])) == ["stop db"]
    start = Plan((Step("start", "p-api-1", "it exited 0"),))
    assert commands(project, RUNNING, start) == []


def test_compose_is_forced_where_it_sees_no_change(tmp_path: Path) -> None:
    """A stopped container whose network is gone has the hash that it should have."""
    project = projects.make(tmp_path)
    stopped = replace(RUNNING[0], state="exited", health="", exit_code=0)
    lost = Plan((Step("recreate", "p-api-1", "its network n is gone"),))
    create = "up --no-start --no-build --pull never --quiet-pull"
    assert commands(project, (stopped, *RUNNING[1:]), lost) == [
        f"{create} --no-deps --force-recreate api",
        f"{create} --remove-orphans",
    ]


def test_what_compose_warns_of_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it creates containers; not what it said of the files already."""
    project, said = projects.make(tmp_path), list[str]()
    output = b'level=warning msg="volume x is another project\'s"\nlevel=warning msg="known"\n'
    monkeypatch.setattr(process, "run", lambda _command: Result(0, b"", output, 0.0))
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: None)
    monkeypatch.setattr(drive, "start", lambda *_words, **_options: Outcome((), (), changed=True, seconds=0.0))
    composition = Composition(("compose",), {}, project.root, STACK, warnings=("known",))
    prepared: Any = SimpleNamespace(composition=composition, target=projects.stack(project))
    for order in (Order(), Order(warn=said.append)):
        execution.run(project, prepared, Observed(()), changes.plan(STACK, ()), order)
    assert said == ["volume x is another project's"]


@pytest.mark.parametrize("unsupported", [(), ("api: post_start",)])
@pytest.mark.parametrize(("what", "runs", "code"), [("old", "old", State.FAILED), ("new", "hash", State.HEALTHY)])
def test_what_compose_left_as_it_was_is_no_success(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    unsupported: tuple[str, ...],
    what: str,
    runs: str,
    code: State,
) -> None:
    """Compose ended well, and all is healthy: it has to be what was asked for all the same."""
    project = projects.make(tmp_path)
    before = tuple(replace(one, state="exited", health="", exit_code=0, config_hash="old") for one in RUNNING)
    after = tuple(replace(one, config_hash=runs if one.service == "api" else "hash") for one in RUNNING)
    rows = tuple(ServiceOutcome(name, State.HEALTHY, 1.0, what) for name in STACK.services)
    monkeypatch.setattr(process, "run", lambda _command, **_options: Result(0, b"", b"", 0.0))
    monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: None)
    for way in ("start", "verify"):
        ended = Outcome(rows, (), changed=True, seconds=1.0, containers=after)
        monkeypatch.setattr(drive, way, lambda *_words, ended=ended, **_options: ended)
    monkeypatch.setattr(type(STACK), "unsupported", lambda _model: unsupported)
    composition = Composition(("compose",), {}, project.root, STACK)
    prepared: Any = SimpleNamespace(composition=composition, target=projects.stack(project))
    outcome = execution.run(project, prepared, Observed(before), changes.plan(STACK, before), Order())
    assert {one.name: one.outcome for one in outcome.services}["api"] is code
    assert [one.reason for one in outcome.failures] == (
        ["still runs as before: configuration changed"] if code is State.FAILED else []
    )


@pytest.mark.parametrize("left", [(), RUNNING])
def test_what_only_compose_starts_is_its_failure_where_nothing_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: tuple[Container, ...]
) -> None:
    """Otherwise the containers say what is wrong with them."""
    project, asked = projects.make(tmp_path), list[Any]()

    def run(command: Command, *, check: bool) -> Result:
        asked.append((command.argv[1:], command.timeout, check))
        return Result(1, b"", b'level=warning msg="look out: gaiquoh8eiwee"\nno such thing\n', 0.0)

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(engine_containers, "containers", lambda *_given: left)
    composition = Composition(("compose",), {}, project.root, STACK, (Secret("gaiquoh8eiwee"),))
    prepared: Any = SimpleNamespace(composition=composition, target=projects.stack(project))
    said = list[str]()
    order = Order(("api",), 90.0, warn=said.append)
    if left:
        execution._compose_up(prepared, order, ("api: gpus", "db: hooks"))
    else:
        with pytest.raises(ToolFailedError) as caught:
            execution._compose_up(prepared, order, ("api: gpus", "db: hooks"))
        assert caught.value.what == (
            'compose exited 1\n  | level=warning msg="look out: ••••••"\n  | no such thing '
            "(started by Compose because of api: gpus, db: hooks)"
        )
    words = "up --detach --wait --wait-timeout 90 --no-build --pull never --remove-orphans api"
    assert asked == [(tuple(words.split()), 120.0, False)]
    assert said == ["look out: ••••••"]


@pytest.mark.parametrize("local", [True, False])
def test_folders_are_made_where_the_engine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, local: bool) -> None:
    """And each is said, where it can be."""
    project, said = projects.make(tmp_path), list[str]()
    monkeypatch.setattr(mount_folders, "make", lambda raw, root: (str(raw), str(root)))
    composition = SimpleNamespace(model=SimpleNamespace(raw="model"))
    target = SimpleNamespace(root=str(project.root), endpoint=SimpleNamespace(local=local))
    prepared: Any = SimpleNamespace(composition=composition, target=target)
    for order in (Order(fetching=said.append), Order()):
        execution._make_folders(prepared, order)
    each = [f"made the folder {name}, which a service mounts" for name in ("model", project.root)]
    assert said == (each if local else [])
