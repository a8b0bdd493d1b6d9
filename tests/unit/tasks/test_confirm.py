"""What a person is asked before data is lost, and which answers are a yes."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from dockgate.core.errors import NotConfirmedError
from dockgate.tasks import confirm
from tests.unit.terminal import Terminal


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def session(said: list[str]) -> Any:
    return SimpleNamespace(say=said.append)


def typing(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """Let a person type this, or no person be there."""
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nprod\n") if text is None else Terminal(text))


def outcome(call: Any, *words: Any, **flags: Any) -> Any:
    """Return what a question ends with, an error as its text."""
    try:
        return call(*words, **flags)
    except NotConfirmedError as error:
        return str(error)


NO = "not confirmed; nothing was changed"
NOBODY = "confirmation required, but stdin is not a terminal\n  → --yes"


@pytest.mark.parametrize(
    ("typed", "ended"),
    [("y\n", None), (" Y \n", None), ("yes\n", NO), ("n\n", NO), ("\n", NO), ("", NO), (None, NOBODY)],
)
def test_only_y_goes_on(
    session: Any, said: list[str], monkeypatch: pytest.MonkeyPatch, typed: str | None, ended: str | None
) -> None:
    """Without a terminal nothing is asked; where the flag was given, neither."""
    typing(monkeypatch, typed)
    assert outcome(confirm.ask, session, yes=False, flag="--yes") == ended
    assert said == ([] if typed is None else ["continue? [y/N] "])
    assert outcome(confirm.ask, session, yes=True, flag="--yes") is None


@pytest.mark.parametrize(
    ("typed", "flags", "ended"),
    [
        ("prod\n", {}, None),
        (" prod \n", {}, None),
        ("Prod\n", {}, NO),
        ("y\n", {"yes": True}, NO),
        (None, {}, "confirmation required, but stdin is not a terminal\n  → --confirm=prod"),
        (None, {"confirm": "prod"}, None),
        (None, {"confirm": "dev"}, "--confirm=dev does not match the environment\n  → --confirm=prod"),
    ],
)
def test_a_protected_environment_is_typed_by_its_name(
    session: Any, said: list[str], monkeypatch: pytest.MonkeyPatch, typed: str | None, flags: Any, ended: str | None
) -> None:
    """As it is written."""
    typing(monkeypatch, typed)
    environment: Any = SimpleNamespace(name="prod", protected=True)
    assert outcome(confirm.ask_for, session, environment, **{"yes": False, "confirm": "", **flags}) == ended
    assert said == ([] if typed is None else ["type prod to continue: "])


@pytest.mark.parametrize(
    ("flags", "ended"),
    [
        ({}, NOBODY),
        ({"yes": True}, None),
        ({"confirm": "dev"}, None),
        ({"confirm": "prod", "yes": True}, "--confirm=prod does not match the environment\n  → --confirm=dev"),
    ],
)
def test_another_environment_is_confirmed_by_either_flag(
    session: Any, said: list[str], monkeypatch: pytest.MonkeyPatch, flags: Any, ended: str | None
) -> None:
    """A name that is another one's is a mistake all the same."""
    typing(monkeypatch, None)
    environment: Any = SimpleNamespace(name="dev", protected=False)
    assert outcome(confirm.ask_for, session, environment, **{"yes": False, "confirm": "", **flags}) == ended
    typing(monkeypatch, "y\n")
    assert outcome(confirm.ask_for, session, environment, yes=False, confirm="") is None
    assert said == ["continue? [y/N] "]


@pytest.mark.parametrize(("typed", "yes"), [("y\n", True), (" YES\n", True), ("\n", False), ("no\n", False)])
def test_a_question_is_no_unless_it_is_answered(
    session: Any, said: list[str], monkeypatch: pytest.MonkeyPatch, typed: str, *, yes: bool
) -> None:
    typing(monkeypatch, typed)
    assert confirm.agreed(session, "protect staging?") is yes
    assert said == ["protect staging? [y/N] "]


@pytest.mark.parametrize(
    ("typed", "ended"),
    [
        ("\n", 1),
        ("1\n", 1),
        (" 3 \n", 3),
        ("0\n", "'0' is none of 1 to 3; nothing was changed"),
        ("4\n", "'4' is none of 1 to 3; nothing was changed"),
        ("two\n", "'two' is none of 1 to 3; nothing was changed"),
    ],
)
def test_a_number_is_one_of_those_that_were_shown(
    session: Any, said: list[str], monkeypatch: pytest.MonkeyPatch, typed: str, ended: object
) -> None:
    typing(monkeypatch, typed)
    assert outcome(confirm.number, session, 3) == ended
    assert said == ["which? 1 to 3 [1] "]
