"""A plugin for pytest: one process that has loaded all tests tries many mutants, each in a fork of itself.

It is asked and it answers in lines of JSON. It names a test that fails in a fork with the mutant and passes in one
without; where it names none, nothing is known, and whoever asked tries the mutant in a process that begins anew.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec
import pytest

import dockgate
from bench.mutants import replacement

if TYPE_CHECKING:
    from types import FunctionType

    from bench.mutants.replacement import Place

ASKED, ANSWERED = "MUTANTS_ASKED", "MUTANTS_ANSWERED"  # the variables that name the two file descriptors
SECONDS = "durations.json"
SPARE = 10.0  # chosen: seconds over what its tests took, times three, for a mutant that may never end


class Job(msgspec.Struct):
    """A mutant: its file below the repository and the file's two texts; the tests to run, and what they took."""

    file: str
    before: str
    after: str
    tests: list[str]
    seconds: float


class Durations:
    """Write down what each test took, in the run that is traced."""

    def __init__(self) -> None:
        """Know of no test."""
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Have all tests traced: those that add nothing to the coverage notice mutants, too."""
        for node in {each for item in items for each in item.listchain()}:
            node.own_markers[:] = [each for each in node.own_markers if each.name != "no_cover"]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up what a test takes."""
        self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write, where all reports arrive."""
        if not hasattr(session.config, "workerinput"):  # a worker of xdist reports to who writes
            Path(SECONDS).write_text(json.dumps(self.seconds), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Note seconds where there is nothing to answer."""
    if ASKED not in os.environ:
        config.pluginmanager.register(Durations())


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Answer, in place of running the tests."""
    if ASKED not in os.environ:
        return None
    for each in pkgutil.walk_packages(dockgate.__path__, "dockgate."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
    gc.unfreeze()  # tests/conftest.py has hidden all that there is
    warm = Warm(session, replacement.functions(str(Path.cwd() / "dockgate")))
    gc.freeze()
    with os.fdopen(int(os.environ[ASKED])) as asked, os.fdopen(int(os.environ[ANSWERED]), "w") as answers:
        for line in asked:
            print(json.dumps(warm.noticed_by(msgspec.json.decode(line, type=Job))), file=answers, flush=True)
    return True


class Warm:
    """A session of pytest that has collected all tests, and the functions of the package that it has loaded."""

    def __init__(self, session: pytest.Session, functions: dict[Place, list[FunctionType]]) -> None:
        """Keep both."""
        self.session = session
        self.functions = functions
        self.items = {each.nodeid: each for each in session.items}

    def noticed_by(self, job: Job) -> str:
        """Return the test that notices a mutant, and nothing where none is known to."""
        path = Path(job.file).resolve()
        replacement.write(path, job.after)  # for the processes that tests start
        try:
            failed = self.forked(job, changed=True)
        finally:
            replacement.write(path, job.before)
        # One that fails without the mutant, too, says nothing.
        alone = msgspec.structs.replace(job, tests=[failed])
        return failed if failed and not self.forked(alone, changed=False) else ""

    def forked(self, job: Job, *, changed: bool) -> str:
        """Run tests in a fork, with the mutant or without; return the first that fails."""
        read, write = os.pipe()
        with tempfile.TemporaryDirectory() as folder:
            child = os.fork()
            if not child:
                self.run(job, Path(folder), write, changed=changed)
            os.close(write)
            try:
                ready, _, _ = select.select([read], [], [], SPARE + 3 * job.seconds)
                return os.read(read, 10_000).decode() if ready else ""
            finally:
                os.close(read)
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)

    def run(self, job: Job, folder: Path, write: int, *, changed: bool) -> NoReturn:
        """Run tests up to the first that fails, name it, and end this process, whatever happens."""
        try:
            os.setsid()
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            path = str(Path(job.file).resolve())
            if not changed or replacement.replace(self.functions, path, job.before, job.after):
                chosen = [self.items[each] for each in job.tests]
                os.write(write, self.failed(chosen, folder).encode())
        finally:
            os._exit(0)

    def failed(self, chosen: list[pytest.Item], folder: Path) -> str:
        """Return the first test that fails, and nothing where all pass."""
        base = folder / f"pytest-of-{os.getuid()}" / "pytest-0"  # the names that tests/said.py knows
        base.parent.mkdir()
        factory = self.session.config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001 - no other way in
        factory._given_basetemp = base  # noqa: SLF001 - as pytest gives it a folder
        self.session.items = chosen
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.session.testsfailed:
                return item.nodeid
        return ""
