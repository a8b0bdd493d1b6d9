"""Every command of the README is run, in order, in a copy of this tree, beside whatever else runs on the engine."""

from __future__ import annotations

import secrets
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dockgate.tasks import build, specs
from tests import readme
from tests.integration import checkout, engine_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.checkout import Checkout

INSTANCE = f"readme{secrets.token_hex(3)}"
STACKS = {environment: f"{checkout.NAME}-{environment}-{INSTANCE}" for environment in ("dev", "staging")}


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Checkout]:
    """Return a copy that `./bootstrap` finds nothing missing in; what it started is removed at the end."""
    copy = checkout.make(tmp_path / "user")
    (copy.root / ".venv").symlink_to(sys.prefix)
    try:
        yield copy
    finally:
        for environment in STACKS:
            copy.inv("down", f"--env={environment}", f"--instance={INSTANCE}", "--volumes", "--yes")


def given(command: str) -> list[str]:
    """Return the words of a command; a stack of ours is an instance, so that it disturbs no other."""
    words = shlex.split(command)
    if "inv" in words and "--instance" in specs(build())[words[words.index("inv") + 1]].flags:
        words.append(f"--instance={INSTANCE}")
    return words


def healths(project: str) -> set[str]:
    """Return the health of every container that has a probe and runs."""
    entries = [entry for each in engine_facts.containers(project).values() for entry in each]
    return {entry["State"]["Health"]["Status"] for entry in entries if entry["State"]["Running"]}


def test_every_command_does_what_the_readme_says(clone: Checkout) -> None:
    """They end well, and the engine has what they promise; of `nox`, one session stands for all."""
    path = f"{clone.root}/.venv/bin:{clone.env['PATH']}"
    ran = []
    for command in readme.commands():
        words = given(command)
        done = subprocess.run(
            words,
            cwd=clone.root,
            env={**clone.env, "PATH": path, "NOXSESSION": "lint"},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        ran.append(command)
        if "inv up" in command:
            environment = next(word for word in words if word.startswith("--env=")).removeprefix("--env=")
            assert healths(STACKS[environment]) == {"healthy"}, command
        if "inv down" in command:
            assert engine_facts.left(STACKS["staging"]) == []
    assert {"./bootstrap inv up --env=dev", "./bootstrap nox", "inv down --env=staging --volumes --yes"} <= set(ran)
