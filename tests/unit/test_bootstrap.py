"""The program that makes a machine ready runs Python isolated: as root, in a folder of any user's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

BOOTSTRAP = Path(__file__).parents[2] / "bootstrap"
TEXT = BOOTSTRAP.read_text(encoding="utf-8")


def test_python_runs_isolated() -> None:
    """`-c` and `-m` search the current folder first, where a venv.py may lie; `-V` imports nothing."""
    words = re.findall(r'"\$(?:python|PYTHON|VENV/bin/python)" (-\w)', TEXT)
    assert words.count("-I") >= 8
    assert set(words) <= {"-I", "-V"}


def test_help_is_shown_and_nothing_is_installed(tmp_path: Path) -> None:
    """In a folder without anything: there is no virtual environment to be made there."""
    copy = tmp_path / "bootstrap"
    copy.write_text(TEXT)
    for flag in ("-h", "--help"):
        done = subprocess.run(["sh", copy, flag], capture_output=True, text=True, check=False, timeout=30)
        assert (done.returncode, done.stdout.splitlines()[1:2], done.stderr) == (
            0,
            ["  ./bootstrap inv up --env=dev      ./bootstrap nox      ./bootstrap (only reports)"],
            "",
        )
    assert not (tmp_path / ".venv").exists()


def test_a_flag_in_place_of_the_command_is_refused_first(tmp_path: Path) -> None:
    copy = tmp_path / "bootstrap"
    copy.write_text(TEXT)
    done = subprocess.run(["sh", copy, "--env=dev"], capture_output=True, text=True, check=False, timeout=30)
    said = "bootstrap: --env=dev is not a command: ./bootstrap inv up --env=dev (./bootstrap --help)\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert not (tmp_path / ".venv").exists()
