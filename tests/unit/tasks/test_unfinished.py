"""What an earlier command began and did not finish: it is said first, and settled by what ends it."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.release.promotion import recovery
from dockgate.stack import runtimes
from dockgate.stack.runtimes.protocol import Removed, Traits
from dockgate.system import audit, locks, marks
from dockgate.tasks import unfinished
from dockgate.tasks.framework import Session
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.core.target import Target


class Runtime:
    """Where the stack runs; it has a lock of its own."""

    def __init__(self) -> None:
        self.held: list[tuple[str, float]] = []
        self.traits = Traits(command="deploy")

    @contextmanager
    def exclusive(self, message: str, wait: float, say: Callable[[str], None]) -> Iterator[None]:
        say("waiting for the nodes")
        self.held.append((message, wait))
        yield


class Stack:
    """A stack of the made-up project, and the session of a task that works on it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        projects.make(folder)
        self.said: list[str] = []
        self.session = Session(json=False, root=folder)
        self.project: Project = self.session.project
        self.target: Target = projects.stack(self.project)
        self.runtime = Runtime()

        def of(project: Project, target: Target) -> Runtime:
            assert (project, target) == (self.project, self.target)
            return self.runtime

        monkeypatch.setattr(self.session, "say", self.said.append)
        monkeypatch.setattr(runtimes, "of", of)

    def begin(self, subject: str, action: str, message: str, **facts: object) -> None:
        """Leave the mark of a command that was killed."""
        with suppress(KeyboardInterrupt), marks.marked(self.project, subject, action, message, **facts):
            raise KeyboardInterrupt

    def left(self) -> list[str]:
        return [mark.action for mark in marks.left(self.project)]

    def recorded(self) -> list[dict[str, Any]]:
        """Return the audit log, without when and by whom."""
        lines = audit.lines(self.project)
        return [{name: each for name, each in line.items() if name not in {"time", "user", "host"}} for line in lines]


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    return Stack(tmp_path, monkeypatch)


def shown(said: list[str]) -> list[str]:
    """Return what was said, without when and by whom."""
    return [line.partition(", begun ")[0] + line.partition("was not finished")[2] for line in said]


def test_a_stack_is_held_and_what_is_left_there_is_said(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lock of its runtime; what a promotion left is settled, and all is looked at again."""
    stack.begin(stack.target.lock, "up", "up --env=dev")
    stack.begin("another stack", "up", "up --env=dev --instance=two")
    settled: list[tuple[object, ...]] = []

    def settle(*given: object) -> tuple[str, ...]:
        settled.append(given)
        return ("one", "two")

    monkeypatch.setattr(recovery, "settle", settle)
    before = stack.session.situation
    with unfinished.stack(stack.session, stack.target, "up --env=dev", 3):
        state, holder = locks.inspect(stack.project, stack.target.lock)
        assert (state, holder and holder.message) == (locks.State.HELD, "up --env=dev")
    assert shown(stack.said) == [
        "waiting for the nodes",
        "`up --env=dev`\n  → inv deploy --env=dev completes it",
        "one\ntwo",
    ]
    assert stack.runtime.held == [("up --env=dev", 3.0)]
    assert settled == [(stack.project, "dev")]
    assert stack.session.situation is not before


def test_nothing_that_is_left_is_nothing_to_say(stack: Stack) -> None:
    """And what was read stays what it is."""
    before = stack.session.situation
    with unfinished.stack(stack.session, stack.target, "up", 0):
        pass
    assert stack.said == ["waiting for the nodes"]
    assert stack.session.situation is before


def test_tasks_that_change_nothing_say_what_is_left_of_the_environment(stack: Stack) -> None:
    """On the stack, in its store, on its pointer; nothing of another environment."""
    for subject, action in (
        (stack.target.lock, "restart"),
        ("env/dev.secrets.age", "store"),
        ("env/dev.release.toml", "promote"),
        ("env/prod.release.toml", "promote"),
    ):
        stack.begin(subject, action, f"{action} --env=dev")
    unfinished.tell(stack.session, stack.target)
    assert shown(stack.said) == [
        "`restart --env=dev`\n  → inv deploy --env=dev starts what is stopped",
        "`store --env=dev`\n  → inv secrets.fingerprint --env=dev completes it",
        "`promote --env=dev`\n  → inv deploy --env=dev or inv promote settles it",
    ]


def test_a_lock_without_a_mark_is_said(stack: Stack) -> None:
    """Of a process that left a mark, the mark says more."""
    holder = locks.me(stack.project, "up --env=dev")
    unfinished.killed(stack.session, SimpleNamespace(stale=None))  # type: ignore[arg-type]
    assert stack.said == []
    unfinished.killed(stack.session, SimpleNamespace(stale=holder))  # type: ignore[arg-type]
    what = "an earlier command was killed; it left no mark of an unfinished change here"
    assert stack.said == [f"{what}: {holder}"]
    stack.begin("anything", "up", "up")
    unfinished.killed(stack.session, SimpleNamespace(stale=holder))  # type: ignore[arg-type]
    assert len(stack.said) == 1


def test_an_error_before_anything_changed_says_so() -> None:
    """And keeps its kind."""
    with pytest.raises(FindingsError) as caught, unfinished.unchanged():
        raise FindingsError("blocked", fix="mend it")
    assert str(caught.value) == "blocked (nothing was changed)\n  → mend it"


def up(*, failed: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(outcome=SimpleNamespace(failed=failed), containers=())


@pytest.mark.parametrize(
    ("whole", "failed", "left"),
    [("all", (), ["rotate"]), ("", (), ["down", "rotate"]), ("all", ("api",), ["down", "rotate"])],
)
def test_a_whole_stack_that_is_up_settles_what_was_begun(
    stack: Stack,
    whole: str,
    failed: tuple[str, ...],
    left: list[str],
) -> None:
    """A rotation is another thing; it is marked while it comes up, and recorded."""
    stack.begin(stack.target.lock, "down", "down --env=dev")
    stack.begin(stack.target.lock, "rotate", "secrets.rotate A --env=dev")
    made = up(failed=failed)

    def bring_up() -> Any:
        mark = marks.one(stack.project, stack.target.lock, "deploy")
        assert mark
        assert (mark.by.message, mark.facts) == ("deploy --env=dev", {})
        return made

    assert unfinished.brought_up(stack.session, stack.target, bring_up, whole=bool(whole), action="deploy") is made
    assert sorted(stack.left()) == left
    result = "failed" if failed else "healthy"
    assert stack.recorded() == [{"action": "up", "result": result, "environment": "dev", "instance": ""}]


def test_a_stack_is_brought_up_as_up_where_nothing_else_is_said(stack: Stack) -> None:
    """Broken off, its mark stays."""

    def bring_up() -> Any:
        raise ToolFailedError("no engine")

    with pytest.raises(ToolFailedError):
        unfinished.brought_up(stack.session, stack.target, bring_up, whole=True)
    assert [(mark.action, mark.by.message) for mark in marks.left(stack.project)] == [("up", "up --env=dev")]


@pytest.mark.parametrize(("volumes", "left"), [(("data", "more"), []), ((), ["rotate"])])
def test_a_removal_is_marked_with_all_that_goes(stack: Stack, volumes: tuple[str, ...], left: list[str]) -> None:
    """A volume that is gone takes the rotation of its password with it."""
    intent = Removed(("shop-dev-db-1",), ("front",), volumes)
    stack.begin(stack.target.lock, "rotate", "secrets.rotate A --env=dev")

    def remove() -> Removed:
        assert unfinished.down(stack.session, stack.target) == intent
        [mark] = [each for each in marks.left(stack.project) if each.action == "down"]
        assert mark.by.message == "down --env=dev"
        return Removed((), (), (), secrets=True)

    assert unfinished.down(stack.session, stack.target) is None
    assert unfinished.removed(stack.session, stack.target, intent, remove) == intent.with_secrets(secrets=True)
    assert stack.left() == left
    facts = {"environment": "dev", "instance": "", "volumes": ", ".join(volumes)}
    assert stack.recorded() == [{"action": "down", "result": "done", **facts}]
