"""The parts of a rotation that touch a stack: who reads the secret, and what a killed one left."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.secrets import postgres_role
from dockgate.secrets import rotation as work
from dockgate.stack import database_volumes, prepare, runtimes, up
from dockgate.stack.runtimes.protocol import Order, Traits
from dockgate.stack.startup import board
from dockgate.system import marks
from dockgate.tasks import rotation, secret_input, setup
from dockgate.tasks.framework import Session
from tests.unit import projects
from tests.unit.stack.startup.stacks import container

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockgate.engine.containers import Container

ROLE = SimpleNamespace(service="db")


class Rotating:
    """A rotation on the made-up project: each part notes what it is given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        projects.make(folder)
        self.session = Session(json=False, root=folder)
        self.target = projects.stack(self.session.project)
        self.said: list[str] = []
        self.calls: list[tuple[object, ...]] = []
        self.patch = monkeypatch
        self.traits = Traits(command="deploy")
        self.watch = 3.0
        self.failures: tuple[str, ...] = ()
        self.failed: tuple[str, ...] = ()
        self.role: Any = ROLE
        self.running: tuple[Container, ...] = (
            container("db", "running"),
            container("api", "exited"),
            container("db", "running", number=2),
        )
        monkeypatch.setattr(self.session, "say", self.said.append)
        monkeypatch.setattr(runtimes, "of", lambda project, target: self.asked("of", self, project, target))
        monkeypatch.setattr(postgres_role, "of", lambda project, name: self.asked("role", self.role, project, name))
        monkeypatch.setattr(prepare, "environment", lambda *given: ("resolved", *given))
        monkeypatch.setattr(board, "listener", lambda _stream, process: ("listener", process))

    def asked(self, what: str, answer: Any, *given: object) -> Any:
        """Hold that it is about this stack, and answer."""
        if what == "of":
            assert given == (self.session.project, self.target)
        else:
            self.calls.append((what, *given))
        return answer

    def observe(self) -> Any:
        return SimpleNamespace(containers=self.running)

    def noted(self, name: str, answer: Any) -> Any:
        """Return a function that notes what it is given, and answers."""

        def call(*given: object, **flags: object) -> Any:
            self.calls.append((name, *given, *flags.items()))
            return answer

        return call


@pytest.fixture
def rotating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rotating:
    return Rotating(tmp_path, monkeypatch)


def readers(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> Any:
    outcome = SimpleNamespace(failed=rotating.failed, failures=rotating.failures)
    monkeypatch.setattr(setup, "ready", rotating.noted("ready", ("prepared", 1.0)))
    monkeypatch.setattr(setup, "databases", rotating.noted("databases", "looks"))
    monkeypatch.setattr(up, "up", rotating.noted("up", SimpleNamespace(outcome=outcome)))
    monkeypatch.setattr(database_volumes, "keep", rotating.noted("keep", None))
    return rotation._Readers(rotating.session, rotating.target)


@pytest.mark.parametrize("several", [True, False])
def test_readers_are_replaced_as_up_would(
    rotating: Rotating, monkeypatch: pytest.MonkeyPatch, *, several: bool
) -> None:
    """What is prepared is prepared once, and looked at anew; images of nodes need not be here."""
    rotating.traits = Traits(command="deploy", nodes=several)
    found, project = readers(rotating, monkeypatch), rotating.session.project
    before = rotating.session.situation
    assert found.prepare() == "prepared"
    assert rotating.session.situation is not before
    found.recreate()
    order = Order(timeout=120.0, listener=("listener", project.process), watch=3.0)  # type: ignore[arg-type]
    [outcome] = [call[-1] for call in rotating.calls if call[0] == "keep"]
    assert rotating.calls == [
        ("ready", rotating.session, rotating.target, (), ("build", False), ("present", not several)),
        ("databases", rotating.session, "prepared"),
        ("up", rotating, "prepared", order),
        ("keep", project, "prepared", "looks", outcome),
    ]
    assert rotating.said == []


def test_readers_that_are_not_healthy_are_said(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are prepared where nothing did it before; the secret stays what it became."""
    rotating.failures, rotating.failed = ("api: unhealthy", "web: gone"), ("api", "web")
    with pytest.raises(ToolFailedError) as caught:
        readers(rotating, monkeypatch).recreate()
    assert str(caught.value) == (
        "the secret is rotated, but not healthy with it: api, web\n  → inv logs --env=dev shows what happened"
    )
    assert rotating.said == ["api: unhealthy", "web: gone"]
    assert [call[0] for call in rotating.calls] == ["ready", "databases", "up", "keep"]


def test_a_password_that_several_nodes_have_is_changed_by_hand(rotating: Rotating) -> None:
    """One engine, or no role: nothing to refuse."""
    rotation._refuse_elsewhere(rotating.session, rotating.target, "TOKEN")
    rotating.traits = Traits(command="deploy", nodes=True)
    with pytest.raises(ConfigError) as caught:
        rotation._refuse_elsewhere(rotating.session, rotating.target, "TOKEN")
    assert str(caught.value) == (
        "TOKEN is the password of db, which is not changed on several nodes\n"
        "  → ALTER ROLE in the database, then inv secrets.set TOKEN --env=dev and inv up --env=dev"
    )
    rotating.role = None
    rotation._refuse_elsewhere(rotating.session, rotating.target, "TOKEN")
    assert rotating.calls == [("role", rotating.session.project, "TOKEN")] * 3


def test_services_that_have_containers_are_there(rotating: Rotating) -> None:
    """Running or not."""
    assert rotation._there(rotating.session, rotating.target) == {"db", "api"}


@contextmanager
def _exclusive(*_: object) -> Iterator[bool]:
    yield False


@pytest.fixture
def killed(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> Rotating:
    """Leave a rotation of TOKEN that was killed."""
    marked = marks.marked(rotating.session.project, rotating.target.lock, "rotate", "secrets.rotate TOKEN")
    with pytest.raises(KeyboardInterrupt), marked:
        raise KeyboardInterrupt
    left = SimpleNamespace(name="TOKEN")
    monkeypatch.setattr(secret_input, "exclusive", _exclusive)
    monkeypatch.setattr(work, "interrupted", rotating.noted("interrupted", left))
    monkeypatch.setattr(work, "prepare", rotating.noted("prepare", "rotation"))
    monkeypatch.setattr(work, "run", rotating.noted("run", None))

    def containers(_situation: object, target: object) -> Any:
        assert target == rotating.target
        return rotating.running

    monkeypatch.setattr(type(rotating.session.situation), "containers", containers)
    return rotating


def left(rotating: Rotating) -> bool:
    return marks.one(rotating.session.project, rotating.target.lock, "rotate") is not None


def test_nothing_was_killed_is_nothing_to_settle(rotating: Rotating) -> None:
    rotation.settle(rotating.session, rotating.target, (), 0)
    assert rotating.calls == []


def test_a_rotation_is_completed_where_its_database_runs(killed: Rotating) -> None:
    """As the command would, with what runs; then all is looked at anew."""
    session, target = killed.session, killed.target
    before = session.situation
    rotation.settle(session, target, (), 0)
    assert [call[:-1] if call[0] == "run" else call for call in killed.calls] == [
        ("interrupted", session.project, target),
        ("role", session.project, "TOKEN"),
        ("prepare", session.project, target, {"db", "api"}, "TOKEN"),
        ("run", session.project, target, "rotation", ("resolved", before, target.environment)),
    ]
    assert isinstance(killed.calls[-1][-1], rotation._Readers)
    assert killed.said == ["completed the rotation of TOKEN"]
    assert session.situation is not before
    assert left(killed)  # the rotation itself clears its mark


@pytest.mark.parametrize("services", [(), ("api",), ("db", "api")])
def test_a_database_that_does_not_run_is_started_first(killed: Rotating, services: tuple[str, ...]) -> None:
    """Alone: nothing starts with a password that it may not know."""
    killed.running = (container("db", "exited"), container("api", "running"))
    with pytest.raises(ConfigError) as caught:
        rotation.settle(killed.session, killed.target, services, 0)
    assert str(caught.value) == (
        "the rotation of TOKEN was interrupted, and db may not know the new value yet\n"
        "  → inv up --env=dev --service=db, then inv up --env=dev"
    )
    rotation.settle(killed.session, killed.target, ("db",), 0)
    assert (killed.said, left(killed)) == ([], True)


@pytest.mark.parametrize("what", ["nothing was changed", "no database"])
def test_a_rotation_that_needs_no_database_is_settled(
    killed: Rotating, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What follows does all that is left to do."""
    if what == "no database":
        killed.role = None
    else:
        monkeypatch.setattr(work, "interrupted", lambda *_: None)
    rotation.settle(killed.session, killed.target, (), 0)
    assert (killed.said, left(killed)) == ([], False)
