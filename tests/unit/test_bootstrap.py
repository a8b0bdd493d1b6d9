"""The program that makes a machine ready runs Python isolated: as root, in a folder of any user's."""

from __future__ import annotations

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "bootstrap").read_text(encoding="utf-8")


def test_python_runs_isolated() -> None:
    """`-c` and `-m` search the current folder first, where a venv.py may lie; `-V` imports nothing."""
    words = re.findall(r'"\$(?:python|PYTHON|VENV/bin/python)" (-\w)', TEXT)
    assert words.count("-I") >= 8
    assert set(words) <= {"-I", "-V"}
