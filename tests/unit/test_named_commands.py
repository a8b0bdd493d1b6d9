"""Commands that errors and docstrings name: each can be run as it stands (`test_readme.py` holds the documents)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dockgate.tasks import namespace, specs

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("dockgate/**/*.py"))
# A command, then its options, with a word between them where it takes one.
OPTIONS = r"(?: (?:[A-Z{][^\s]* )?--[a-z-]+(?:=[^\s,;:\"'`)]+)?)*"
NAMED = re.compile(rf"(?<!from )\b(?:inv|dockgate) ([a-z]+(?:[.-][a-z]+)*)({OPTIONS})")
OPTION = re.compile(r" (--[a-z-]+)")
KNOWN = specs(namespace(ROOT, ()))
# What brings a stack up is a command of its runtime: only what knows the runtime names one of them.
BRINGS_UP = re.compile(r"\binv (?:up|deploy)\b")
OF_ONE_RUNTIME = ("dockgate/stack/runtimes/", "dockgate/tasks/deploy.py", "dockgate/tasks/continuation.py")
NAMES_ONE = {
    "dockgate/guardrails/rules/dg329_missing_source.py",  # said of `up` alone
    "dockgate/release/ship.py",  # sending images is for the nodes of a swarm
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_that_a_file_names_exists(file: Path) -> None:
    """A fix that does not exist is none; nor is one with an option that the command does not take."""
    named = NAMED.findall(file.read_text(encoding="utf-8"))
    assert [name for name, _ in named if name not in KNOWN] == []
    options = [(name, option) for name, rest in named for option in OPTION.findall(rest)]
    assert [(name, option) for name, option in options if option not in KNOWN[name].flags] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_message_names_the_command_of_one_runtime(file: Path) -> None:
    """`inv up` is refused where an environment runs on a swarm: `Target.up` is the command of its runtime."""
    name = str(file.relative_to(ROOT))
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found = [text for text in texts if BRINGS_UP.search(text) and text not in docstrings]
    assert found == [] or name.startswith(OF_ONE_RUNTIME) or name in NAMES_ONE
