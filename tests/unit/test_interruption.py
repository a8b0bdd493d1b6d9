"""Nox stops sessions that run beside each other with SIGTERM, and two seconds later with SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST = """
import time
from pathlib import Path
from tests.integration import conftest
conftest.pytest_configure()
try:
    Path("started").touch()
    time.sleep(60)
except KeyboardInterrupt:
    Path("told").touch()
    time.sleep(0.5)
    Path("removed").touch()
"""


def _until(path: Path) -> bool:
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return path.exists()


def test_a_test_that_is_stopped_has_time_to_remove_what_it_started(tmp_path: Path) -> None:
    """It leaves the group that is killed."""
    nox = ["sh", "-c", '"$@"; :', "sh", sys.executable, "-c", TEST]  # a process that waits for the one that tests
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(nox, cwd=tmp_path, env=env, start_new_session=True) as process:
        assert _until(tmp_path / "started")
        os.killpg(process.pid, signal.SIGTERM)
        assert _until(tmp_path / "told")  # Nox gives it two seconds
        os.killpg(process.pid, signal.SIGKILL)
    assert _until(tmp_path / "removed")
