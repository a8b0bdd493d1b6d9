"""Commands that errors and docstrings name: each can be run as it stands (`test_readme.py` holds the documents)."""

from __future__ import annotations

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


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_that_a_file_names_exists(file: Path) -> None:
    """A way out that does not exist is none; nor is one with an option that the command does not take."""
    named = NAMED.findall(file.read_text(encoding="utf-8"))
    assert [name for name, _ in named if name not in KNOWN] == []
    options = [(name, option) for name, rest in named for option in OPTION.findall(rest)]
    assert [(name, option) for name, option in options if option not in KNOWN[name].flags] == []
