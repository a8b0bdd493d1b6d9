"""What this process leaves unfinished, in the words of the runtime that its environment has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.system import marks
from dockgate.tasks import continuation

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
name = "shop"
[environments.dev]
files = ["c.yaml"]
[environments.live]
files = ["c.yaml"]
runtime = "swarm"
"""


@pytest.mark.parametrize(
    ("message", "action", "facts", "fix"),
    [
        ("up --env=dev --instance=b=c", "up", {}, "inv up --env=dev --instance=b=c completes it"),
        (
            "deploy --env=live",
            "deploy",
            {},
            "inv deploy --env=live completes it; where that fails, the release before runs again",
        ),
        ("restart --env=live", "restart", {}, "inv deploy --env=live starts what is stopped"),
        ("restart --env=gone", "restart", {}, "inv up --env=gone starts what is stopped"),
        (
            "down --env=live",
            "down",
            {},
            "inv down --env=live completes it; inv deploy --env=live brings the stack back",
        ),
        ("promote 1.4.0 --to=live", "promote", {}, "inv deploy --env=live or inv promote settles it"),
        (
            "secrets.rotate A --env=dev",
            "rotate",
            {"name": "A"},
            "inv secrets.rotate A --env=dev or inv up --env=dev completes it",
        ),
        ("x", "rotate", {}, "inv secrets.rotate NAME --env= or inv up  completes it"),
        ("x --env=dev", "store", {}, "inv secrets.fingerprint --env=dev completes it"),
        ("x --env=dev", "unheard of", {}, ""),
    ],
)
def test_the_command_that_brings_the_stack_up_is_its_runtimes(
    tmp_path: Path, message: str, action: str, facts: dict[str, str], fix: str
) -> None:
    """`up` on one engine, `deploy` on a swarm; it names the stack as the command did that was broken off."""
    (tmp_path / "dockgate.toml").write_text(TABLE)
    found = project.load(tmp_path, {})
    with pytest.raises(KeyboardInterrupt), marks.marked(found, "a stack", action, message, **facts):
        raise KeyboardInterrupt
    assert [*continuation.own(found)] == [f"`{message}` was not finished\n  → {fix}"]


def test_what_another_process_left_is_not_this_one_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next command says that."""
    (tmp_path / "dockgate.toml").write_text(TABLE)
    found = project.load(tmp_path, {})
    with pytest.raises(KeyboardInterrupt), marks.marked(found, "a stack", "up", "up --env=dev"):
        raise KeyboardInterrupt
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert [*continuation.own(found)] == []
