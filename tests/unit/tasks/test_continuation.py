"""What this process leaves unfinished, in the words of the runtime that its environment has."""

from __future__ import annotations

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
    ("message", "action", "fix"),
    [
        ("up --env=dev --instance=b", "up", "inv up --env=dev --instance=b completes it"),
        (
            "deploy --env=live",
            "deploy",
            "inv deploy --env=live completes it; where that fails",
        ),
        ("restart --env=live", "restart", "inv deploy --env=live starts what is stopped"),
        ("down --env=live", "down", "inv down --env=live completes it; inv deploy --env=live brings the stack back"),
        ("promote 1.4.0 --to=live", "promote", "inv deploy --env=live or inv promote settles it"),
    ],
)
def test_the_command_that_brings_the_stack_up_is_its_runtimes(
    tmp_path: Path, message: str, action: str, fix: str
) -> None:
    """`up` on one engine, `deploy` on a swarm."""
    (tmp_path / "dockgate.toml").write_text(TABLE)
    found = project.load(tmp_path, {})
    with pytest.raises(KeyboardInterrupt), marks.marked(found, "a stack", action, message):
        raise KeyboardInterrupt
    (said,) = continuation.own(found)
    assert said.startswith(f"`{message}` was not finished\n  → {fix}")
