"""Spreads pure work over the processors: this process takes a share, and each of the others has one of its own.

Forked here, not by a pool of processes: a pool would pickle the work, with the keys of the matcher in it, and the text
of every file, and send both through a pipe. A copy of this process has them, and only findings come back.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Item = TypeVar("Item")
    Result = TypeVar("Result")

# What takes a fifth of a second by itself: less is not worth the start of a process.
WORTH = 500_000
_MOST = 8  # processes; chosen: measured on two processors only


class _Worker(Struct):
    """A process that works on a share of the items, and the end of the pipe on which its results come."""

    pid: int
    pipe: int


def spread(
    work: Callable[[Item], Result], items: Sequence[Item], sizes: Sequence[int], result: type[Result]
) -> list[Result]:
    """Return what `work` makes of each item, in order. `sizes` say what each costs, `result` is its type.

    A share whose process failed is worked on here, so that nothing is lost and an error is raised where it is handled.
    """
    own, *others = _shares(sizes, _processors(sum(sizes)))
    workers: list[_Worker] = []
    try:
        for share in others:
            with suppress(OSError):  # no further process, or no memory: that share is worked on here
                workers.append(_start(work, items, share))
        done = {number: work(items[number]) for number in own}
        for worker in workers:
            done.update(_collected(worker, result))
    finally:
        for worker in workers:
            _end(worker)
    return [done[number] if number in done else work(item) for number, item in enumerate(items)]


def _processors(size: int) -> int:
    """Return how many processes pay; one, where a fork would be unsafe: beside threads, and on systems without it."""
    if size < WORTH or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST)


def _shares(sizes: Sequence[int], count: int) -> list[list[int]]:
    """Return the numbers of the items, in shares that cost about the same: the largest first, to who has least."""
    shares: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for number in sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True):
        least = loads.index(min(loads))
        shares[least].append(number)
        loads[least] += sizes[number]
    return shares


def _start(work: Callable[[Item], Result], items: Sequence[Item], share: list[int]) -> _Worker:
    readable, writable = os.pipe()
    gc.freeze()  # else its first collection would copy every page
    try:
        pid = os.fork()
    except OSError:
        os.close(readable)
        os.close(writable)
        raise
    if pid == 0:
        _work_and_exit(work, items, share, writable)
    os.close(writable)
    return _Worker(pid, readable)


def _work_and_exit(work: Callable[[Item], Result], items: Sequence[Item], share: list[int], pipe: int) -> NoReturn:
    """Write the results, and end without anything that belongs to the process that this one is a copy of."""
    try:
        with os.fdopen(pipe, "wb") as file:
            file.write(msgspec.msgpack.encode({number: work(items[number]) for number in share}))
    finally:
        os._exit(os.EX_OK)  # what counts is whether the results are whole


def _collected(worker: _Worker, result: Any) -> dict[int, Any]:
    """Return the results by the items' numbers; none of a process that did not come to its end."""
    with os.fdopen(worker.pipe, "rb", closefd=False) as file:
        data = file.read()
    try:
        return msgspec.msgpack.decode(data, type=dict[int, result])
    except msgspec.DecodeError:
        return {}


def _end(worker: _Worker) -> None:
    os.close(worker.pipe)
    os.kill(worker.pid, signal.SIGKILL)  # it has written everything, or nothing of it is wanted any more
    os.waitpid(worker.pid, 0)
