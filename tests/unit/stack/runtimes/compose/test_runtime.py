"""What runs in the foreground on one engine: logs, a command in a container, and one in a new container."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec.structs import replace

from dockgate.compose.model import Dependency, Model
from dockgate.compose.resolve import Composition
from dockgate.core.plan import Plan
from dockgate.engine import containers as engine_containers
from dockgate.engine.containers import IMAGE_ID, EngineImage, Life
from dockgate.stack.runtimes.compose import acquisition, causes, hand_edits, staged
from dockgate.stack.runtimes.compose.runtime import Compose
from dockgate.stack.runtimes.protocol import ExecRequest, LogRequest, Observed, Order, Traits
from dockgate.stack.startup.outcome import Outcome, ServiceOutcome, State
from dockgate.system import docker_cli, process
from tests.unit import projects
from tests.unit.stack.startup.stacks import FakeEngine, container, marked, model, service

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.stack.prepare import Prepared

LEAST, ALL = ExecRequest(("ls", "-l")), ExecRequest(("-l",), "root", ("A=b", "C=d"), terminal=True, entrypoint="/ls")
READY = Composition(("compose", "-p", "shop-dev"), {"A": "b"}, Path("/srv"), Model.parse({"services": {}}))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """Return the commands that got the terminal; each ends with code 7."""
    commands: list[Command] = []

    def attach(command: Command) -> int:
        commands.append(command)
        return 7

    monkeypatch.setattr(process, "attach", attach)
    monkeypatch.setattr(docker_cli, "docker", lambda _process: "docker")
    monkeypatch.setattr(docker_cli, "compose", lambda _process: ("docker-compose",))
    return commands


@pytest.fixture
def runtime(tmp_path: Path) -> Compose:
    project = projects.make(tmp_path)
    return Compose(project, projects.stack(project))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (LEAST, "docker exec --interactive api-1 ls -l"),
        (ALL, "docker exec --interactive --tty --user=root --env=A=b --env=C=d api-1 -l"),
    ],
)
def test_exec(runtime: Compose, ran: list[Command], request_: ExecRequest, words: str) -> None:
    """The image's entrypoint has no part in it; the client gets the machine's environment, and no folder."""
    assert runtime.exec(container("api"), request_) == 7
    assert (" ".join(ran[0].argv), ran[0].cwd, ran[0].env["PATH"]) == (words, None, "/usr/bin:/bin")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (LEAST, "--no-TTY api ls -l"),
        (ALL, "--entrypoint=/ls --user=root --env=A=b --env=C=d api -l"),
    ],
)
def test_run_once(runtime: Compose, ran: list[Command], request_: ExecRequest, words: str) -> None:
    """In a container that goes with it, and without those that it depends on."""
    prepared = cast("Prepared", SimpleNamespace(composition=READY))
    assert runtime.run_once(prepared, "api", request_) == 7
    start = "compose -p shop-dev run --rm --no-deps --pull missing --quiet-pull"
    assert (" ".join(ran[0].argv), ran[0].cwd, ran[0].env) == (f"{start} {words}", Path("/srv"), {"A": "b"})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "logs"),
        (
            {"services": ("api", "db"), "follow": True, "tail": 1, "since": "1m", "timestamps": True},
            "logs --timestamps --follow --tail 1 --since 1m api db",
        ),
    ],
)
def test_logs(runtime: Compose, ran: list[Command], asked: dict[str, Any], words: str) -> None:
    """By the stack's name alone, so that no file has to be right."""
    assert runtime.logs(LogRequest(**asked)) == 7
    assert " ".join(ran[0].argv) == f"docker-compose -p shop-dev --env-file /dev/null {words}"


def test_what_one_engine_has_no_need_of(runtime: Compose) -> None:
    """A lock of its own, notes on what another runtime leaves out; it has one engine."""
    with runtime.exclusive("up", 0.0, print):
        assert runtime.notes(cast("Prepared", None)) == ()
    assert runtime.engines() == (("", runtime._target.endpoint),)
    assert (runtime.watch, runtime.traits) == (0.0, Traits())


def test_what_runs_is_looked_at_on_the_targets_engine(runtime: Compose, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the networks that are gone, and who lost the network of another."""
    endpoint, listed = runtime._target.endpoint, (container("api", "running", networks={"a": "n1"}),)
    asked: list[tuple[object, ...]] = []

    def answer(name: str, found: object) -> Any:
        def answered(*given: object) -> object:
            asked.append((name, *given))
            return found

        return answered

    monkeypatch.setattr(engine_containers, "containers", answer("list", listed))
    monkeypatch.setattr(engine_containers, "connect", {endpoint: "wire"}.__getitem__)
    monkeypatch.setattr(engine_containers, "lost_networks", answer("lost", ["n1"]))
    monkeypatch.setattr(engine_containers, "cut_off", answer("cut", frozenset({"api-1"})))
    monkeypatch.setattr(engine_containers, "lives", answer("lives", {"api-1": Life()}))
    assert runtime.observe() == Observed(listed, frozenset({"n1"}), frozenset({"api-1"}))
    assert runtime.lives(listed) == {"api-1": Life()}
    assert asked == [
        ("list", endpoint, "shop-dev"),
        ("lost", "wire", listed),
        ("cut", "wire", listed),
        ("lives", "wire", listed),
    ]


def test_a_plan_knows_all_that_is_known(runtime: Compose, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long services take, what was edited by hand, what is lost, and which images are where."""
    stack = model(service("db"), service("api", db=Dependency(restart=True)))
    stack = replace(stack, raw={"services": {"api": {"network_mode": "host"}, "db": {"network_mode": "host"}}})
    api, db = container("api", "running", "healthy"), container("db", "running", "healthy")
    engine = FakeEngine(api, db)
    prepared: Any = SimpleNamespace(composition=Composition(("compose",), {}, Path("/srv"), stack), images={})
    known = {"api:1": EngineImage("sha256:2", (), (), 0, {}), "db:1": EngineImage("sha256:1", (), (), 0, {})}
    monkeypatch.setattr(engine_containers, "connect", {runtime._target.endpoint: engine}.__getitem__)
    monkeypatch.setattr(
        acquisition, "known", lambda *given: known if given[:2] == (runtime._target.endpoint, stack) else {}
    )
    monkeypatch.setattr(hand_edits, "found", lambda *given: {"db-1": "edited by hand: x"} if given[1] is engine else {})
    causes.keep(
        runtime._project,
        runtime._target,
        Outcome(
            (ServiceOutcome("db", State.HEALTHY, 2.0, ""), ServiceOutcome("api", State.HEALTHY, 4.0, "")),
            (),
            changed=True,
            seconds=1.0,
        ),
    )
    listed = (replace(api, labels={IMAGE_ID: "sha256:0"}), replace(db, labels={IMAGE_ID: "sha256:1"}))
    assert str(runtime.plan(prepared, Observed(listed))).splitlines() == [
        "recreate p-db-1 (edited by hand: x; away meanwhile for about 3 s: network_mode is host)",
        (
            "recreate p-api-1 (image api:1 changed from sha256:0 to sha256:2; "
            "away meanwhile for about 5 s: network_mode is host)"
        ),
    ]
    monkeypatch.setattr(hand_edits, "found", lambda *_: {})
    cut = Observed((db, api), cut=frozenset({"api-1"}))
    shared = "restart p-api-1 (what it shares its network with was restarted)"
    assert str(runtime.plan(prepared, cut)) == shared
    stopped = replace(api, state="exited", health="", exit_code=0, networks={"a": "n1"})
    gone = Observed((db, stopped), lost=frozenset({"n1"}))
    assert str(runtime.plan(prepared, gone, ["api"])) == "recreate p-api-1 (network a was removed)"
    again = str(runtime.plan_restart(prepared, Observed((db, api)), ["db"])).splitlines()
    assert again == [
        "restart p-db-1 (asked for; away meanwhile for about 3 s: network_mode is host)",
        "restart p-api-1 (what it depends on restarts; away meanwhile for about 5 s: network_mode is host)",
    ]


def test_jobs_have_their_images_before_they_run(runtime: Compose, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulled or built as a start would; the steps of that are no part of what is run then."""
    job, asked = marked(service("job")), list[tuple[object, ...]]()
    stack = model(job)
    composition = Composition(("compose",), {}, Path("/srv"), stack)
    prepared: Any = SimpleNamespace(composition=composition, images={"JOB": "job:1"}, target=runtime._target)
    monkeypatch.setattr(acquisition, "known", lambda *_: {})
    plan = runtime.plan_jobs(prepared, Observed(()), ["job"])
    assert [str(step) for step in plan.steps] == ["build job:1 (missing)", "create p-job-1 (does not exist)"]
    done = Outcome((), (), changed=True, seconds=1.0)

    class Change:
        def __init__(self, *given: object) -> None:
            asked.append(given)

        def run(self) -> Outcome:
            return done

    monkeypatch.setattr(acquisition, "fetch", lambda *given: asked.append(given))
    monkeypatch.setattr(staged, "Change", Change)
    assert runtime.run_jobs(prepared, Observed(()), plan, Order()) is done
    left = Plan(plan.steps[1:])
    assert asked == [(prepared, plan, Order()), (runtime._project, prepared, Observed(()), left, Order())]
