"""What the start-up is given after Compose has done its part."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.compose.resolve import Composition
from dockgate.core.plan import Plan, Step
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose import execution
from dockgate.stack.runtimes.compose.staged import Rows
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Outcome, Row, State
from dockgate.stack.startup.pending import Part
from dockgate.system import process
from dockgate.system.process import Result
from tests.unit import projects
from tests.unit.stack.runtimes.compose.staged_world import World, running
from tests.unit.stack.startup.driving import Listener
from tests.unit.stack.startup.stacks import container, model, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from dockgate.core.plan import Command

STACK = model(service("api"), service("db"))
LISTED = (container("api", "running", "healthy"), container("db", "exited", exit_code=1))
DONE = Outcome((), (), changed=True, seconds=1.0)
ORDER = Order(("api",), 7.0, Listener())
CREATE = "up --no-start --no-build --pull never --quiet-pull"


class Stage:
    """A stack of which everything that is asked is kept."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **raw: Any) -> None:
        self.project = projects.make(folder)
        self.target = projects.stack(self.project)
        stack = replace(STACK, raw={"services": {"api": raw}})
        composition = Composition(("compose", "--env-file", "/dev/null"), {}, self.project.root, stack)
        self.prepared: Any = SimpleNamespace(composition=composition, target=self.target)
        self.asked: list[Any] = []
        monkeypatch.setattr(engine_containers, "connect", {self.target.endpoint: "wire"}.__getitem__)
        monkeypatch.setattr(process, "run", self.compose)
        monkeypatch.setattr(drive, "start", lambda *given, **options: self.note("start", given, options))
        monkeypatch.setattr(drive, "verify", lambda *given, **options: self.note("verify", given, options))

    def compose(self, command: Command, **_options: Any) -> Result:
        self.asked.append(" ".join(command.argv[command.argv.index("/dev/null") + 1 :]))
        return Result(0, b"", b"", 0.0)

    def note(self, *what: Any) -> Outcome:
        self.asked.append(what)
        return DONE

    def run(self, *steps: Step) -> list[Any]:
        found = execution.run(self.project, self.prepared, Observed(LISTED), Plan(steps), ORDER)
        assert found is DONE
        return self.asked


def test_a_start_is_given_a_fresh_list_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Compose has changed something, the engine is asked anew."""
    stage = Stage(tmp_path, monkeypatch)
    given = (stage.prepared.composition.model, "wire")
    options = {"part": Part(("api",)), "timeout": 7.0, "listener": ORDER.listener}
    assert stage.run() == [("start", given, {**options, "listed": LISTED})]
    stage.asked.clear()
    created = Step("create", "p-db-1", "does not exist")
    asked = [f"{CREATE} --remove-orphans api", ("start", given, {**options, "listed": None})]
    assert stage.run(created) == asked


def test_what_only_compose_starts_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ran before is known; a restart is a stop that Compose's own start follows."""
    stage = Stage(tmp_path, monkeypatch, post_start=[{"command": "x"}])
    given = (stage.prepared.composition.model, "wire")
    options = {"part": Part(("api",)), "timeout": 7.0, "listener": ORDER.listener, "ran": ["api-1"]}
    up = "up --detach --wait --wait-timeout 7 --no-build --pull never --remove-orphans api"
    verify = ("verify", given, options)
    assert given[0].unsupported() == ("services.api.post_start",)
    assert stage.run(Step("restart", "p-api-1", "asked for")) == ["stop api", up, verify]
    stage.asked.clear()
    assert stage.run(Step("create", "p-db-1", "does not exist")) == [up, verify]


def test_several_starts_are_one_to_who_listens() -> None:
    """The rows of all of them, and one last word."""
    listener = Listener()
    rows = Rows(listener)
    first, second, again = (Row("a", State.STARTING), Row("b", State.WAITING), Row("a", State.HEALTHY))
    rows.update((first,))
    rows.update((second,))
    rows.update((again,))
    rows.close()
    assert (listener.rows, listener.closed) == ([(first,), (first, second), (again, second)], 0)
    rows.end()
    assert listener.closed == 1
    alone = Rows(None)
    alone.update((first,))
    alone.end()


def test_a_change_in_stages_has_one_outcome(world: Callable[..., World], tmp_path: Path) -> None:
    """Of what was asked for, in the order of the files; what was not touched took no time."""
    made = world(*running("worker"))
    made.listener = listener = Listener()
    outcome = made.run(tmp_path, "worker")
    assert [row.state for row in listener.rows[0]] == [State.WAITING]
    assert {row.name: row.state for row in listener.rows[-1]} == {
        "worker": State.HEALTHY,
        "migrate": State.COMPLETED,
        "db": State.HEALTHY,
    }
    assert listener.closed == 1
    assert [(each.name, each.outcome, each.image) for each in outcome.services] == [
        ("worker", State.HEALTHY, "worker:1"),
        ("migrate", State.COMPLETED, "migrate:1"),
        ("db", State.HEALTHY, "db:1"),
    ]
    took = {each.name: each.seconds for each in outcome.services}
    assert (took["worker"] > 0, took["db"]) == (True, 0.0)
    assert (outcome.changed, 0 < outcome.seconds < 100) == (True, True)
    assert {one.id for one in outcome.containers} >= {"worker-2", "api-1", "gateway-1"}
