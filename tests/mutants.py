"""Change the package in a sample of places, one at a time, and count the changes that the unit tests notice.

python -m tests.mutants [--sample=150] [--seed=1]

mutmut makes the mutants; each is tried in a copy of this repository: the tests of its module first, then those that ran
its line in a traced run, and those of its package. What they let through is given to mypy, as every change is.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import libcst
from coverage import CoverageData
from msgspec import Struct
from mutmut.mutation.file_mutation import Mutation, create_mutations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
TESTS = ".tests"  # the file in which pytest finds what to run: a command line has not enough room
SHARE = 0.97  # chosen: of the first 31 mutants five survived, all in text that a person reads
SECONDS = 900  # chosen: twice the whole suite; a mutant that never ends is noticed, too
PASSED, FAILED, NO_IMPORT, USAGE, NO_TEST = 0, 1, 2, 4, 5  # exit codes of pytest


class Mutant(Struct, frozen=True):
    """One changed place: its file below the repository, its line, and the file's two texts."""

    file: str
    line: int
    before: str
    after: str

    def difference(self) -> str:
        """Return the change as a unified diff."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, self.file, self.file, n=1))


def main(words: list[str]) -> int:
    """Try the sample, print what nothing noticed, and return 1 where that is too much."""
    options = argparse.ArgumentParser()
    options.add_argument("--sample", type=int, default=150)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        copy_into(copy)
        traced = trace(copy)
        mutants = sample(copy, asked.sample, asked.seed)
        left = [each for number, each in enumerate(mutants, 1) if not tried(copy, each, traced, number)]
        survivors = [each for each in left if not refused_by_mypy(copy, each)]
    for each in survivors:
        print(f"\n{each.file}:{each.line} survived\n{each.difference()}")
    share = 1 - len(survivors) / len(mutants)
    by_tests, by_mypy = len(mutants) - len(left), len(left) - len(survivors)
    print(f"\n{len(mutants)} mutants, seed {asked.seed}: {by_tests} killed by tests, {by_mypy} by mypy alone")
    print(f"{share:.1%} killed, {SHARE:.0%} required")
    return 0 if share >= SHARE else 1


def sample(copy: Path, count: int, seed: int) -> list[Mutant]:
    """Return that many mutants of all, the same ones for the same seed and source."""
    files = sorted((copy / "dockgate").rglob("*.py"))
    places = [(path, number) for path in files for number in range(len(changes(path)[1]))]
    chosen = random.Random(seed).sample(places, min(count, len(places)))  # noqa: S311 - a sample, no secret
    print(f"{len(places)} mutants, {len(chosen)} of them are tried", flush=True)
    return [mutant(copy, path, number) for path, number in chosen]


def changes(path: Path) -> tuple[libcst.Module, list[Mutation]]:
    """Return the changes that mutmut would make to a file: inside of functions, as the import has to work."""
    module, found, *_ = create_mutations(str(path), path.read_text(encoding="utf-8"))
    return module, [each for each in found if isinstance(each.contained_by_top_level_function, libcst.FunctionDef)]


def mutant(copy: Path, path: Path, number: int) -> Mutant:
    """Make one mutant of a file."""
    module, found = changes(path)
    change = found[number]
    after = module.deep_replace(change.original_node, change.mutated_node)
    assert isinstance(after, libcst.Module)
    pairs = zip(module.code.splitlines(), after.code.splitlines(), strict=False)
    line = next(line for line, (old, new) in enumerate(pairs, 1) if old != new)
    return Mutant(str(path.relative_to(copy)), line, module.code, after.code)


def copy_into(copy: Path) -> None:
    """Copy what git has of the repository, and what it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)


def trace(copy: Path) -> CoverageData:
    """Run all tests once, and note which lines each ran; where one fails, each mutant would seem to be noticed."""
    traced = ("--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0")
    if pytest(copy, *traced, "--numprocesses=auto", "--dist=worksteal") != 0:
        sys.exit("the tests fail without a mutant, too: run nox -s tests")
    if not typed(copy):
        sys.exit("mypy refuses the package without a mutant, too: run nox -s types")
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    return data


def tried(copy: Path, mutant: Mutant, traced: CoverageData, number: int) -> bool:
    """Say, and print, whether a test notices a mutant."""
    tests = tests_of(copy, mutant, traced)
    with changed(copy, mutant):
        ended = next((code for each in tests if each and (code := run(copy, each)) not in {PASSED, NO_TEST}), PASSED)
    # A mutant that a conftest.py meets as it is imported looks to pytest like tests that do not exist.
    if ended == USAGE and pytest(copy, "--collect-only", f"@{copy / TESTS}") != PASSED:
        sys.exit(f"pytest does not know tests that it ran before: {copy / TESTS}")
    noticed = ended != PASSED
    print(f"{number:4d} {'killed' if noticed else 'ALIVE '} {mutant.file}:{mutant.line}", flush=True)
    return noticed


def tests_of(copy: Path, mutant: Mutant, traced: CoverageData) -> Iterator[list[str]]:
    """Yield the tests of the module, those elsewhere that ran the line, and the others of the package's folder.

    The last are few runs, and notice what a cache or a process of its own hides from the trace.
    """
    file = Path(mutant.file)
    folder = copy.joinpath("tests/unit", *file.parent.parts[1:])
    own = _relative(copy, folder.glob(f"test_{file.stem}*.py"))
    yield own
    yield sorted(each for each in reaching(copy, mutant, traced) if each.partition("::")[0] not in own)
    yield [each for each in _relative(copy, folder.glob("test_*.py")) if each not in own]


def _relative(copy: Path, files: Iterable[Path]) -> list[str]:
    return sorted(str(each.relative_to(copy)) for each in files)


def reaching(copy: Path, mutant: Mutant, traced: CoverageData) -> set[str]:
    """Return the tests that ran the changed statement; where none is known to, those that ran its function."""
    contexts = traced.contexts_by_lineno(str(copy / mutant.file))
    for span in spans(mutant.before, mutant.line):
        if found := {each.rpartition("|")[0] for line in span for each in contexts.get(line, [])} - {""}:
            return found
    return set()


def spans(source: str, line: int) -> list[range]:
    """Return the lines of the statements that have a line in them, the innermost first."""
    statements = (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.stmt))
    found = [range(each.lineno, (each.end_lineno or each.lineno) + 1) for each in statements]
    return sorted((each for each in found if line in each), key=len)


@contextlib.contextmanager
def changed(copy: Path, mutant: Mutant) -> Iterator[None]:
    """Have the mutant in the copy for as long as this lasts."""
    place = copy / mutant.file
    place.write_text(mutant.after, encoding="utf-8")
    try:
        yield
    finally:
        place.write_text(mutant.before, encoding="utf-8")


def run(copy: Path, tests: list[str]) -> int:
    """Run these tests up to the first that fails; return pytest's exit code."""
    (copy / TESTS).write_text("\n".join(tests), encoding="utf-8")
    code = pytest(copy, "--exitfirst", f"@{copy / TESTS}")
    if code not in {PASSED, FAILED, NO_IMPORT, USAGE, NO_TEST}:
        sys.exit(f"pytest ended with {code} in tests that passed without a mutant: {', '.join(tests)}")
    return code


def pytest(copy: Path, *words: str) -> int:
    """Run tests in the copy, in a process group of their own, which ends with them."""
    env = {**os.environ, "PYTHONPATH": str(copy)}
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, cwd=copy, env=env, stdout=quiet, stderr=quiet, start_new_session=True) as process:
        try:
            return process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return FAILED
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def refused_by_mypy(copy: Path, mutant: Mutant) -> bool:
    """Say whether mypy refuses the package with this one change."""
    with changed(copy, mutant):
        return not typed(copy)


def typed(copy: Path) -> bool:
    """Say whether mypy accepts the package of the copy."""
    argv = [sys.executable, "-m", "mypy", "dockgate"]
    return subprocess.run(argv, cwd=copy, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
