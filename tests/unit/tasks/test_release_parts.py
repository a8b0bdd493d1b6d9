"""What a release shows of its plan and its images, and how a rollback brings a stack up."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Plan, Step
from dockgate.env.release_pointer import Pointer
from dockgate.release.promotion import promoted
from dockgate.release.protocols import Built, BuiltIn
from dockgate.stack import database_volumes, hooks, runtimes, up
from dockgate.stack.runtimes.protocol import Order, Traits
from dockgate.stack.startup import board
from dockgate.tasks import release, setup
from dockgate.tasks.framework import Session
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IMAGE = Built("api", "API_IMAGE", "shop/api:1.1.0", "sha256:1", "sha256:2", 2, 1)
POINTER = Pointer("1.0.0", "sha256:m", "now", {"API_IMAGE": "shop/api:1.0.0"})


@pytest.fixture
def session(tmp_path: Path) -> Session:
    projects.make(tmp_path)
    return Session(json=False, root=tmp_path)


def test_an_image_that_an_earlier_release_built_says_which(session: Session) -> None:
    assert release._since(IMAGE) == ""
    taken = Built("api", "API_IMAGE", "shop/api:1.0.0", "1", "2", 2, 1, built_in=BuiltIn("1.0.0", "c0ffee"))
    assert release._since(taken) == "  unchanged since 1.0.0"
    assert session.json is False


@pytest.mark.parametrize("given", [None, ""])
def test_a_release_has_to_be_named(given: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        release._given(given)
    assert str(caught.value) == "a release is required\n  → a version or a digest; inv releases lists them"
    assert release._given("1.0.0") == "1.0.0"


@pytest.mark.parametrize("hooked", [True, False])
def test_a_plan_shows_what_runs_around_it(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, hooked: bool
) -> None:
    """Before and after; in the document they stand apart."""
    steps = Plan((Step("lint", "linters", "not done yet"),))
    around = tuple(Plan((Step("run", f"sh {when}", "hook"),) if hooked else ()) for when in ("before", "after"))

    def found(*given: object) -> tuple[Plan, ...]:
        assert given == (session.project, "release")
        return around

    monkeypatch.setattr(hooks, "steps", found)
    release._show_plan(session, "1.1.0", steps)
    lines = ["run sh before (hook)", "lint linters (not done yet)", "run sh after (hook)"]
    assert capsys.readouterr().out.splitlines() == (lines if hooked else lines[1:2])
    session.json = True
    release._show_plan(session, "1.1.0", steps)
    assert json.loads(capsys.readouterr().out) == {
        "version": "1.1.0",
        "steps": [step.as_json() for step in steps.steps],
        "hooks": [step.as_json() for each in around for step in each.steps],
    }


class Stack:
    """Where a rollback brings its release up: each part notes what it is given."""

    def __init__(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session = session
        self.target = projects.stack(session.project)
        self.traits = Traits()
        self.outcome = SimpleNamespace(failed=(), failures=())
        self.remaining = ""
        self.asked: list[tuple[object, ...]] = []
        monkeypatch.setattr(runtimes, "of", self.of)
        monkeypatch.setattr(setup, "ready", self.noted("ready", ("prepared", 1.0)))
        monkeypatch.setattr(setup, "databases", self.noted("databases", "kept"))
        monkeypatch.setattr(setup, "warning", lambda each: ("warning", each))
        monkeypatch.setattr(board, "listener", lambda *given: given)
        monkeypatch.setattr(up, "up", self.up)
        monkeypatch.setattr(promoted, "recorded", self.recorded)
        monkeypatch.setattr(database_volumes, "keep", self.noted("keep", None))

    def of(self, *given: object) -> Stack:
        assert given == (self.session.project, self.target)
        return self

    def noted(self, name: str, answer: Any) -> Any:
        """Return a function that notes what it is given, and answers."""

        def call(*given: object, **flags: object) -> Any:
            self.asked.append((name, *given, *flags.items()))
            return answer

        return call

    def observe(self) -> Any:
        running = container("api", "running", image="api:1")
        return SimpleNamespace(containers=(running, container("db", "exited", image="db:1")))

    def up(self, *given: object) -> Any:
        self.asked.append(("up", *given))
        return SimpleNamespace(outcome=self.outcome, remains=lambda: self.remaining)

    def recorded(self, situation: Any, target: object, bring_up: Callable[[], object]) -> object:
        self.asked.append(("recorded", situation.pointer("dev").version, target))
        return bring_up()


@pytest.fixture
def stack(session: Session, monkeypatch: pytest.MonkeyPatch) -> Stack:
    return Stack(session, monkeypatch)


def test_images_are_those_of_what_runs(stack: Stack) -> None:
    """A container that has ended serves nothing."""
    assert release._images(stack.session, stack.target) == {"api:1"}


@pytest.mark.parametrize("nodes", [True, False])
def test_a_rollback_prepares_first_and_then_acts(stack: Stack, *, nodes: bool) -> None:
    """For the pointer that is written next; nothing is built, and the images are here, unless nodes pull them."""
    stack.traits = Traits(nodes=nodes)
    session = stack.session
    act = release._look(session, stack.target, 7.0, POINTER)
    assert stack.asked == [
        ("ready", session, stack.target, (), ("build", False), ("present", not nodes)),
        ("databases", session, "prepared"),
    ]
    found = session.situation.pointer("dev")
    assert found == POINTER
    act()
    listener = (sys.stderr, session.project.process)
    order = Order(timeout=7.0, listener=listener, warn=("warning", session))  # type: ignore[arg-type]
    assert stack.asked[2:] == [
        ("recorded", "1.0.0", stack.target),
        ("up", stack, "prepared", order),
        ("keep", session.project, "prepared", "kept", stack.outcome),
    ]


@pytest.mark.parametrize(("remaining", "said"), [("api: api:1 serves now", "; api: api:1 serves now"), ("", "")])
def test_a_rollback_that_fails_says_what_serves(stack: Stack, remaining: str, said: str) -> None:
    stack.outcome = SimpleNamespace(failed=("api",), failures=("api: unhealthy", "db: gone"))
    stack.remaining = remaining
    with pytest.raises(ToolFailedError) as caught:
        release._look(stack.session, stack.target, 7.0, POINTER)()
    assert str(caught.value) == f"api: unhealthy; db: gone{said}\n  → inv logs --env=dev shows more"
