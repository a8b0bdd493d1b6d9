"""Commands that errors and docstrings name: each is one that can be run (`test_readme.py` holds the documents)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockgate.tasks import namespace

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("dockgate/**/*.py"))
NAMED = re.compile(r"(?<!from )\b(?:inv|dockgate) ([a-z]+(?:[.-][a-z]+)*)")
TASKS = namespace(ROOT, ()).task_names
KNOWN = {*TASKS, *(alias for aliases in TASKS.values() for alias in aliases)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_that_a_file_names_exists(file: Path) -> None:
    """A way out that does not exist is none."""
    named = set(NAMED.findall(file.read_text(encoding="utf-8")))
    assert named <= KNOWN, sorted(named - KNOWN)
