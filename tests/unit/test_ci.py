"""The CI files that ship run what `nox` runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FIRST = "build"  # a session that others require, wherever they run


def _github(document: dict[str, Any]) -> list[str]:
    return [*document["jobs"]["session"]["strategy"]["matrix"]["session"]]


def _gitlab(document: dict[str, Any]) -> list[str]:
    return [name for row in document["session"]["parallel"]["matrix"] for name in row["SESSION"]]


@pytest.mark.parametrize(("file", "read"), [(".github/workflows/checks.yml", _github), (".gitlab-ci.yml", _gitlab)])
def test_there_is_a_job_for_each_session(file: str, read: Any) -> None:
    """Each once; one that requires another runs it first."""
    argv = [sys.executable, "-m", "nox", "--list", "--json"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    chosen = [each["session"] for each in json.loads(listed)]
    document = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    assert sorted([*read(document), FIRST]) == sorted(chosen)
