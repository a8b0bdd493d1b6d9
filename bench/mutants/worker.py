"""One mutant at a time, in a copy of its own: in a warm process, by mypy, and in a process that begins anew."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Self

import msgspec

from bench.mutants import replacement, repository, warm
from bench.mutants.repository import FAILED, NO_IMPORT, NO_TEST, PASSED, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.mutants.changes import Mutant

TESTS = ".tests"  # the file in which pytest finds what to run: a command line has not enough room


class Worker:
    """A copy of the repository, and a process in it that has loaded all tests."""

    def __init__(self, source: Path, copy: Path) -> None:
        """Copy the repository with what mypy and pytest have compiled of it."""
        shutil.copytree(source, copy, symlinks=True)
        self.copy = copy

    def __enter__(self) -> Self:
        """Start the process."""
        (asked, ask), (answer, answered) = os.pipe(), os.pipe()
        names = {warm.ASKED: str(asked), warm.ANSWERED: str(answered)}
        self.process = subprocess.Popen(
            repository.argv(*repository.PLUGIN, "-p", "no:xdist", "--exitfirst"),
            cwd=self.copy,
            env={**repository.environment(self.copy), **names},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(asked, answered),
            start_new_session=True,
        )
        os.close(asked)
        os.close(answered)
        self.ask: IO[str] = os.fdopen(ask, "w")
        self.answers: IO[str] = os.fdopen(answer)
        return self

    def __exit__(self, *_error: object) -> None:
        """End the process."""
        self.ask.close()
        self.answers.close()
        self.process.wait()

    def warm(self, mutant: Mutant, tests: list[str], seconds: float) -> bool:
        """Say whether one of these tests is known to notice a mutant: no is not the last word."""
        job = warm.Job(mutant.file, mutant.before, mutant.after, tests, seconds)
        print(msgspec.json.encode(job).decode(), file=self.ask, flush=True)
        return bool(json.loads(self.answers.readline()))

    def refused_by_mypy(self, mutant: Mutant) -> bool:
        """Say whether mypy refuses the package with this one change."""
        with self.changed(mutant):
            return not repository.typed(self.copy)

    def cold(self, mutant: Mutant, tests: list[str]) -> bool:
        """Say whether one of these tests, or test files, fails with a mutant that was there before anything ran."""
        (self.copy / TESTS).write_text("\n".join(tests), encoding="utf-8")
        with self.changed(mutant):
            code = repository.pytest(self.copy, "--exitfirst", f"@{self.copy / TESTS}")
        # A mutant that a conftest.py meets as it is imported looks to pytest like tests that do not exist.
        if code == USAGE and repository.pytest(self.copy, "--collect-only", f"@{self.copy / TESTS}") != PASSED:
            sys.exit(f"pytest does not know tests that it ran before: {self.copy / TESTS}")
        if code not in {PASSED, FAILED, NO_IMPORT, USAGE, NO_TEST}:
            sys.exit(f"pytest ended with {code} in tests that passed without a mutant: {', '.join(tests)}")
        return code not in {PASSED, NO_TEST}

    @contextlib.contextmanager
    def changed(self, mutant: Mutant) -> Iterator[None]:
        """Have the mutant in the copy for as long as this lasts."""
        place = self.copy / mutant.file
        replacement.write(place, mutant.after)
        try:
            yield
        finally:
            replacement.write(place, mutant.before)
