"""A copy of this repository, and pytest and mypy in it, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ("-p", "bench.mutants.warm")
SECONDS = 900  # chosen: twice the whole suite; a mutant that never ends is noticed, too
PASSED, FAILED, NO_IMPORT, USAGE, NO_TEST = 0, 1, 2, 4, 5  # exit codes of pytest


def copy_into(copy: Path) -> None:
    """Copy what git has of the repository, and what it does not ignore."""
    listed = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)


def trace(copy: Path) -> None:
    """Run all tests once, and note which lines each ran; where one fails, each mutant would seem to be noticed."""
    traced = ("--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0")
    if pytest(copy, *PLUGIN, *traced, "--numprocesses=auto", "--dist=worksteal") != PASSED:
        sys.exit(f"the tests fail without a mutant, too, or take more than {SECONDS} s: run nox -s tests")
    if not typed(copy):
        sys.exit("mypy refuses the package without a mutant, too: run nox -s types")


def environment(copy: Path) -> dict[str, str]:
    """Return the environment of pytest and mypy there."""
    return {**os.environ, "PYTHONPATH": str(copy)}


def argv(*words: str) -> list[str]:
    """Return the command line of pytest."""
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]


def pytest(copy: Path, *words: str) -> int:
    """Run tests in the copy, in a process group of their own, which ends with them."""
    quiet, env = subprocess.DEVNULL, environment(copy)
    with subprocess.Popen(
        argv(*words), cwd=copy, env=env, stdout=quiet, stderr=quiet, start_new_session=True
    ) as process:
        try:
            return process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return FAILED
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def typed(copy: Path) -> bool:
    """Say whether mypy accepts the package of the copy."""
    mypy = [sys.executable, "-m", "mypy", "dockgate"]
    return subprocess.run(mypy, cwd=copy, env=environment(copy), capture_output=True, check=False).returncode == 0
