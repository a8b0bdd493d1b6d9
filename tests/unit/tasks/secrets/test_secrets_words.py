"""What the secrets tasks say of what they made, changed and could not."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import change, editor
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import elsewhere
from dockgate.secrets.init import Initialised
from dockgate.secrets.store import Store
from dockgate.tasks import secrets
from dockgate.tasks.framework import Session
from tests.unit import projects
from tests.unit.terminal import Terminal

if TYPE_CHECKING:
    from dockgate.core.project import Environment

STORE = "env/prod.secrets.age"
ADD = "inv secrets.recipients-add --env=prod --name=YOUR-NAME --key=age1me"


class Task:
    """A session of the made-up project, and what is said."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        projects.make(folder)
        self.said: list[str] = []
        self.session = Session(json=False, root=folder)
        self.prod: Environment = self.session.project.environment("prod")
        monkeypatch.setattr(self.session, "say", self.said.append)


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    return Task(tmp_path, monkeypatch)


NOTHING = Initialised(identity=None, recipient="age1me", added=(), missing=(), waits_for=())


@pytest.mark.parametrize(
    ("done", "out", "said"),
    [
        (NOTHING, "nothing to add", []),
        (
            Initialised(Path("/home/id"), "age1me", ("A", "B"), ("C", "D"), ()),
            "A, B",
            [
                "new age identity: /home/id (keep an offline copy: nothing else can decrypt your secrets)",
                "C has no `generate` in env/schema.toml: inv secrets.set C --env=prod",
                "D has no `generate` in env/schema.toml: inv secrets.set D --env=prod",
            ],
        ),
        (
            Initialised(None, "age1me", (), (), ("eve", "bob")),
            "not changed",
            [f"you cannot read {STORE} yet: ask eve or bob to run\n  {ADD}"],
        ),
    ],
)
def test_what_was_made_and_what_only_a_person_can_give(
    task: Task, capsys: pytest.CaptureFixture[str], done: Initialised, out: str, said: list[str]
) -> None:
    """In the text and in the document."""
    secrets._tell_init(task.session, task.prod, done)
    assert (capsys.readouterr().out, task.said) == (f"{STORE}: {out}\n", said)
    task.session.json = True
    secrets._tell_init(task.session, task.prod, done)
    assert json.loads(capsys.readouterr().out) == {
        "environment": "prod",
        "path": STORE,
        "identity": str(done.identity) if done.identity else None,
        "recipient": "age1me",
        "added": list(done.added),
        "missing": list(done.missing),
        "waits_for": list(done.waits_for),
    }


def test_what_changed_is_named_and_compared_with_other_environments(
    task: Task, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what was removed there is nothing to compare; without a change nothing is looked at."""
    secrets._tell_changed(task.session, task.prod, ())
    assert (capsys.readouterr().out, task.said) == (f"{STORE}: no changes\n", [])
    opened = SimpleNamespace(entries={"A": "entry A", "B": "entry B"})

    def found(*given: Any) -> dict[str, Any]:
        root, name, entries = given
        assert (root, name, [*entries]) == (task.session.project.root, "prod", ["entry A"])
        return {"A": SimpleNamespace(name="X", environment="dev")}

    monkeypatch.setattr(change, "opened", lambda *given: opened if given == (task.session.project, task.prod) else None)
    monkeypatch.setattr(elsewhere, "found", found)
    task.session.json = True
    secrets._tell_changed(task.session, task.prod, ("A", "gone"))
    document = {"environment": "prod", "path": STORE, "changed": ["A", "gone"]}
    assert json.loads(capsys.readouterr().out) == document
    task.session.json = False
    secrets._tell_changed(task.session, task.prod, ("A", "gone"))
    assert capsys.readouterr().out == f"{STORE}: A, gone\n"
    warning = "warning: A now has the same value as X of dev, which inv guard refuses"
    assert (
        task.said
        == [
            f"{warning}; give each environment its own: inv secrets.rotate A --env=prod",
            "inv up --env=prod recreates the services that read them",
        ]
        * 2
    )


@pytest.mark.parametrize(
    ("typed", "again"), [("\n", True), ("Y\n", True), (" yes \n", True), ("n\n", False), ("x\n", False), (None, False)]
)
def test_a_person_may_edit_again(
    task: Task, monkeypatch: pytest.MonkeyPatch, typed: str | None, *, again: bool
) -> None:
    """Without one nothing is asked."""
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n") if typed is None else Terminal(typed))
    assert secrets._again(task.session, ConfigError("no", fix="mend it")) is again
    question = "no\n  → mend it\nnothing was changed; edit again? [Y/n] "
    assert task.said == ([] if typed is None else [question])


def test_an_edit_is_opened_until_it_can_be_taken_over(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """On what was written; or until the person gives up."""
    texts = iter(("bad", "worse", "good", "bad"))
    before, path, project = Store(), Path("/ram/draft"), task.session.project

    def edit(*given: object) -> str:
        assert given == (project, path)
        return next(texts)

    def edited(*given: object) -> tuple[str, ...]:
        assert given[:-1] == (project, task.prod, before)
        if given[-1] != "good":
            raise ConfigError(f"{given[-1]} it is")
        return ("A",)

    monkeypatch.setattr(editor, "edit", edit)
    monkeypatch.setattr(change, "edited", edited)
    monkeypatch.setattr("sys.stdin", Terminal("y\n\nn\n"))
    assert secrets._edited(task.session, task.prod, before, path) == ("A",)
    assert [line.partition("\n")[0] for line in task.said] == ["bad it is", "worse it is"]
    with pytest.raises(ConfigError, match="bad it is"):
        secrets._edited(task.session, task.prod, before, path)


@pytest.mark.parametrize("found", [Store(), None])
def test_secrets_that_live_elsewhere_need_no_store(
    task: Task, monkeypatch: pytest.MonkeyPatch, found: Store | None
) -> None:
    """One that is there counts all the same; without any elsewhere it has to be there."""
    given = (task.session.project, task.prod)
    monkeypatch.setattr(secret_store, "load", lambda *asked: found if asked == given else None)
    monkeypatch.setattr(change, "opened", lambda *asked: "opened" if asked == given else None)
    loaded = secrets._opened(task.session, task.prod, ("HELD",))
    assert loaded is found if found else loaded == Store()
    assert secrets._opened(task.session, task.prod, ()) == "opened"  # type: ignore[comparison-overlap]
