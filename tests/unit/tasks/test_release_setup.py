"""What the tasks of releases have in common: the engine, the work, and what is shown."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import endpoint
from dockgate.release.engine_store import EngineStore
from dockgate.release.pipeline.journal import Done, ReleaseStep
from dockgate.release.pipeline.work import EngineWork
from dockgate.release.promotion.rollback import RollbackResult
from dockgate.scan import known_secrets
from dockgate.scan.leaks import SecretDetectors
from dockgate.stack import runtimes
from dockgate.stack.runtimes.protocol import Traits
from dockgate.stack.startup import board
from dockgate.tasks import release_setup
from dockgate.tasks.framework import Session
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

RELEASED = f'{projects.PYPROJECT}\n[tool.dockgate.release]\nenvironment = "staging"\n'


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> Session:
    made = Session(json=False, root=tmp_path)
    projects.make(tmp_path, RELEASED)
    monkeypatch.setattr(made, "say", said.append)
    monkeypatch.setattr(endpoint, "find", lambda _: projects.stack(made.project).endpoint)
    return made


def test_releases_are_built_on_the_engine_of_their_environment(session: Session, said: list[str]) -> None:
    """Which the settings name."""
    target, store = release_setup.stage(session)
    assert (target.environment.name, target.instance) == ("staging", "")
    assert store == EngineStore(session.project, target.endpoint)
    assert said == [str(target)]


@pytest.mark.parametrize("several", [True, False])
def test_several_engines_have_no_store_of_their_own(
    session: Session, monkeypatch: pytest.MonkeyPatch, *, several: bool
) -> None:
    """A deployment looks at each of them."""
    target = projects.stack(session.project)

    def of(*given: object) -> Any:
        assert given == (session.project, target)
        return SimpleNamespace(traits=Traits(nodes=several))

    monkeypatch.setattr(runtimes, "of", of)
    found = release_setup.store(session, target)
    assert found == (None if several else EngineStore(session.project, target.endpoint))


def test_the_work_of_a_release_knows_the_secrets_that_it_looks_for(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And has a board of its own for each start."""
    target, sought = projects.stack(session.project), SecretDetectors()
    monkeypatch.setattr(known_secrets, "sought", lambda project: sought if project is session.project else None)
    asked: list[object] = []
    monkeypatch.setattr(board, "listener", lambda *given: asked.append(given))
    made = release_setup.work(session, target)
    assert made == EngineWork(session.project, target, sought, session.say, made.listener)
    assert made.sought is sought
    made.listener()
    assert asked == [(sys.stderr, session.project.process)]


def test_each_step_is_said_as_it_begins_and_ends(session: Session, said: list[str]) -> None:
    step = ReleaseStep("scan", "a verdict on each digest", lambda _: {})
    tell = release_setup.teller(session)
    tell(step, None)
    tell(step, Done("scan", "done", 1.26))
    assert said == ["scan: a verdict on each digest", "scan: done (1.3 s)"]


def test_a_rollback_says_what_to_commit(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    result = RollbackResult("dev", "1.1.0", "1.0.0")
    release_setup.show_rollback(session, result)
    assert capsys.readouterr().out == ("rolled dev back from 1.1.0 to 1.0.0; next: commit env/dev.release.toml\n")
    session.json = True
    release_setup.show_rollback(session, result)
    assert '"from": "1.1.0"' in capsys.readouterr().out
