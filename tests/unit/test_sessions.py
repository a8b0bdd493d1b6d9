"""Whose tests `nox` runs: a team's repository is not where Dockgate is tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sessions(folder: Path, name: str, *flags: str, browser: bool = True) -> set[str]:
    """Return what `nox` would run in a repository of that name, without the parts of a session."""
    configured = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = configured.replace('[tool.dockgate]\nname = "dockgate"', f'[tool.dockgate]\nname = "{name}"')
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    (folder / "noxfile.py").write_bytes((ROOT / "noxfile.py").read_bytes())
    if browser:
        (folder / "tests/app/browser").mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "nox", *flags, "--list", "--json"]
    listed = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True).stdout
    return {each["name"] for each in json.loads(listed)}


@pytest.mark.parametrize(
    ("name", "all_of_it", "before_a_release"),
    [
        ("shop", {"build", "lint", "app", "integration", "browser"}, {"lint", "app"}),
        (
            "dockgate",
            {"build", "lint", "app", "integration", "browser", "engine", "types", "coverage", "alone"},
            {"lint", "app", "types", "coverage"},
        ),
    ],
)
def test_a_team_runs_its_own_tests(tmp_path: Path, name: str, all_of_it: set[str], before_a_release: set[str]) -> None:
    """By default, and before a release."""
    assert sessions(tmp_path, name) == all_of_it
    assert sessions(tmp_path, name, "--tags", "checks") == before_a_release


def test_pages_that_a_team_has_not_are_not_browsed(tmp_path: Path) -> None:
    """Its application may have no page."""
    assert sessions(tmp_path, "shop", browser=False) == {"build", "lint", "app", "integration"}
