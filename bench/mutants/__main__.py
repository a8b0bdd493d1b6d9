"""Change the package in a sample of places, one at a time, and count the changes that the unit tests notice.

python -m bench.mutants [--sample=150] [--seed=1] [--only=dockgate/env/ ...]

mutmut makes the mutants. A process that has loaded all tests tries each in a fork of itself, with the quickest tests of
its module and of its line. What they let through is given to mypy, as every change is, and then to all those tests, in
a process that begins anew.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench.mutants import changes, repository, tracing
from bench.mutants.worker import Worker

if TYPE_CHECKING:
    from bench.mutants.changes import Mutant
    from bench.mutants.tracing import Trace

SHARE = 0.97  # chosen: of the first 31 mutants five survived, all in text that a person reads
QUICK = 20.0  # chosen: seconds of tests before mypy is asked; nearly all that is noticed is noticed in the first


def main(words: list[str]) -> int:
    """Try the sample, print what nothing noticed, and return 1 where that is too much."""
    options = argparse.ArgumentParser()
    options.add_argument("--sample", type=int, default=150)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", action="append", default=[])
    asked = options.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "traced"
        repository.copy_into(copy)
        repository.trace(copy)
        mutants = changes.sample(copy, asked.sample, asked.seed, tuple(asked.only))
        ended = tried(mutants, copy, tracing.read(copy))
    for each in (each for each, how in zip(mutants, ended, strict=True) if how == "ALIVE"):
        print(f"\n{each.file}:{each.line} survived\n{each.difference()}")
    by_tests, by_mypy = ended.count("killed"), ended.count("typed")
    share = (by_tests + by_mypy) / len(mutants)
    print(f"\n{len(mutants)} mutants, seed {asked.seed}: {by_tests} killed by tests, {by_mypy} by mypy alone")
    print(f"{share:.1%} killed, {SHARE:.0%} required")
    return 0 if share >= SHARE else 1


def tried(mutants: list[Mutant], copy: Path, trace: Trace) -> list[str]:
    """Try each mutant, as many at a time as there are processors; return how each ended."""
    count = os.cpu_count() or 1
    with ExitStack() as stack, ThreadPoolExecutor(count) as threads:
        free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for number in range(count):
            free.put(stack.enter_context(Worker(copy, copy.with_name(f"worker-{number}"))))

        def one(mutant: Mutant) -> str:
            worker = free.get()
            try:
                how = ended(worker, mutant, trace)
            finally:
                free.put(worker)
            print(f"{how} {mutant.file}:{mutant.line}", flush=True)
            return how

        return list(threads.map(one, mutants))


def ended(worker: Worker, mutant: Mutant, trace: Trace) -> str:
    """Return how a mutant ended: killed by a test, refused by mypy, or alive."""
    tests = tracing.tests_of(mutant, trace)
    quick = tracing.quickest(tests, trace.seconds, QUICK)
    if worker.warm(mutant, quick, sum(trace.seconds[each] for each in quick)):
        return "killed"
    if worker.refused_by_mypy(mutant):
        return "typed"
    return "killed" if worker.cold(mutant, tests) else "ALIVE"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
