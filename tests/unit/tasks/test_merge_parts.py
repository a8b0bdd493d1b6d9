"""What a merge of secrets ends with: fingerprints that were repaired, a rebase, a project that cannot be read."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import conflicts, merge_files
from dockgate.secrets.conflicts import Side
from dockgate.secrets.fingerprints import merge as fingerprints_merge
from dockgate.system import git_conflict
from dockgate.tasks import merge
from dockgate.tasks.framework import Session
from tests.unit import projects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STORE = "env/prod.secrets.age"


def done(*taken: str, kept: Mapping[str, str] | None = None) -> Any:
    """Return a merge that took these of the other branch, and keeps both values of those."""
    return SimpleNamespace(taken=taken, store=SimpleNamespace(conflicts=kept or {}, shown=STORE))


class Task:
    """A session of the made-up project, and what is said."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        projects.make(folder)
        self.said: list[str] = []
        self.session = Session(json=True, root=folder)
        self.prod = self.session.project.environment("prod")
        self.patch = monkeypatch
        monkeypatch.setattr(self.session, "say", self.said.append)

    def finish(
        self, merged: Any, made: Any = None, choices: Any = (), *, repaired: bool, rebasing: bool = False
    ) -> None:
        """End a merge whose fingerprints were repaired or not."""
        project = self.session.project

        def finish(*given: object) -> Any:
            assert given == (project, self.prod, merged, dict(choices))
            return made

        self.patch.setattr(fingerprints_merge, "repair", lambda each: repaired if each is project else None)
        self.patch.setattr(merge_files, "unfinished", lambda *given: merged if given == (project, self.prod) else None)
        self.patch.setattr(merge_files, "finish", finish)
        self.patch.setattr(git_conflict, "rebasing", lambda each: rebasing if each is project else None)
        merge._finish(self.session, self.prod, dict(choices))


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    return Task(tmp_path, monkeypatch)


NEXT = f"git add {STORE} env/fingerprints.toml, then continue the merge"
DOCUMENT = {"environment": "prod", "path": STORE}


@pytest.mark.parametrize("repaired", [True, False])
def test_without_a_conflict_only_fingerprints_may_be_repaired(
    task: Task, capsys: pytest.CaptureFixture[str], *, repaired: bool
) -> None:
    """There is nothing to choose then."""
    task.finish(None, repaired=repaired)
    assert json.loads(capsys.readouterr().out) == {**DOCUMENT, "merged": False}
    assert task.said == (["env/fingerprints.toml: merged", NEXT] if repaired else [])
    task.session.json = False
    task.finish(None, repaired=repaired)
    assert capsys.readouterr().out == ("" if repaired else f"{STORE}: nothing to merge\n")
    with pytest.raises(ConfigError) as caught:
        task.finish(None, choices={"A": Side.OURS}, repaired=repaired)
    assert str(caught.value) == f"{STORE} has no merge conflict"


@pytest.mark.parametrize(
    ("taken", "choices", "said"),
    [
        (("A", "B"), {}, "merged; from the other branch: A, B"),
        ((), {}, "merged; from the other branch: no secret"),
        ((), {"C": Side.OURS, "D": Side.THEIRS}, "merged; C is ours; D is theirs"),
        (("A",), {"C": Side.OURS}, "merged; C is ours; from the other branch: A"),
    ],
)
def test_what_was_taken_and_chosen_is_said(
    task: Task, capsys: pytest.CaptureFixture[str], taken: tuple[str, ...], choices: dict[str, Side], said: str
) -> None:
    """In the text and in the document."""
    task.finish("merged", done(*taken), choices, repaired=False)
    assert json.loads(capsys.readouterr().out) == {**DOCUMENT, "merged": True, "taken": list(taken)}
    assert task.said == [NEXT]
    task.session.json = False
    task.finish("merged", done(*taken), choices, repaired=True)
    assert capsys.readouterr().out == f"{STORE}: {said}\n"
    assert task.said[1:] == ["env/fingerprints.toml: merged", NEXT]


@pytest.mark.parametrize("rebasing", [True, False])
def test_two_values_that_are_left_are_described(task: Task, *, rebasing: bool) -> None:
    """In a rebase, the words for the branches are the other way round."""
    task.patch.setattr(conflicts, "described", lambda each: f"about {each}")
    task.patch.setattr(conflicts, "choices", lambda kept, name: f"choose of {len(kept)} in {name}")
    with pytest.raises(ConfigError) as caught:
        task.finish("merged", done(kept={"A": "a", "B": "b"}), repaired=False, rebasing=rebasing)
    assert str(caught.value) == (
        f"{STORE}: both branches changed these, and both values are kept until one is chosen:\n  about a\n  about b\n"
        "  → choose of 2 in prod"
    )
    rebase = "in a rebase, git's ours is the branch that you rebase onto, and theirs is your own commit"
    assert task.said == ([rebase] if rebasing else [])
    task.finish("merged", done(), repaired=False, rebasing=True)
    assert task.said[-1] == NEXT


@pytest.mark.parametrize(
    ("path", "name"),
    [(STORE, "prod"), (f"shop/{STORE}", "prod"), (f"x{STORE}", "…"), ("env/staging.secrets.age", "staging"), ("", "…")],
)
def test_an_environment_is_told_by_the_path_of_its_store(task: Task, path: str, name: str) -> None:
    """In the repository, of which the project may be a part."""
    assert merge._environment(task.session, path) == name


def test_a_project_in_the_middle_of_a_merge_may_not_be_readable(tmp_path: Path) -> None:
    """Its own file may have git's markers."""
    (tmp_path / "pyproject.toml").write_text("<<<<<<<")
    assert merge._environment(Session(json=False, root=tmp_path), STORE) == "…"
