"""The README tells the truth: its table, its links, its commands, its exit codes."""

from __future__ import annotations

import re
import shlex

import pytest

from dockgate import errors
from dockgate.tasks import arguments, build, specs
from tests import readme

ROOT = readme.README.parent
TEXT = readme.README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line and not line.startswith("#")]


def test_table_of_tasks_is_current() -> None:
    """`python -m tests.readme` writes it."""
    assert readme.written(TEXT) == TEXT


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_accepted(command: str) -> None:
    """Every command in a block is one that the tasks take; the integration tests run them."""
    words = shlex.split(command)
    if words[0] == "./bootstrap":
        assert (ROOT / "bootstrap").stat().st_mode & 0o111
        words = words[1:]
    assert words[0] in {"inv", "nox"}
    if words[0] == "inv":
        assert arguments.check(words[1:], specs(build()))


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_links_lead_somewhere(link: str) -> None:
    """Every relative link is a file of the repository."""
    assert (ROOT / link).exists()


def test_exit_codes_are_those_of_the_errors() -> None:
    """Every class of errors has its row."""
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, flags=re.MULTILINE)}
    assert told == {0} | {
        each.code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "code")
    }
