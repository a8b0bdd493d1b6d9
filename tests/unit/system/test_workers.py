from __future__ import annotations

import os
import threading
from typing import NoReturn

import pytest

from dockgate.system import workers

MANY = [str(number) for number in range(40)]
SIZES = [workers.WORTH] * len(MANY)


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1} if pid == 0 else {0})
    for thread in threading.enumerate():  # of a process that another test started, and that has ended
        if isinstance(thread, threading.Timer):
            thread.join(60)


def with_process(item: str) -> tuple[str, int]:
    return item, os.getpid()


@pytest.mark.usefixtures("two_processors")
def test_each_result_stands_where_its_item_stood() -> None:
    for sizes in (SIZES, [workers.WORTH, *[0] * (len(MANY) - 1)]):
        found = workers.spread(with_process, MANY, sizes, tuple[str, int])
        assert [item for item, _ in found] == MANY
        assert {type(each) for each in found} == {tuple}
        assert len({process for _, process in found}) == 2


@pytest.mark.usefixtures("two_processors")
def test_the_share_of_a_process_that_is_killed_is_worked_on_here() -> None:
    parent = os.getpid()

    def killed(item: str) -> tuple[str, int]:
        if os.getpid() != parent:
            os._exit(9)
        return with_process(item)

    assert workers.spread(killed, MANY, SIZES, tuple[str, int]) == [(item, parent) for item in MANY]


@pytest.mark.usefixtures("two_processors")
def test_an_error_is_raised_here_and_no_process_is_left() -> None:
    def fails(item: str) -> str:
        if item == "7":
            message = f"cannot read {item}"
            raise ValueError(message)
        return item

    with pytest.raises(ValueError, match="cannot read 7"):
        workers.spread(fails, MANY, SIZES, str)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.usefixtures("two_processors")
def test_where_no_process_can_be_started_everything_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> NoReturn:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    assert workers.spread(with_process, MANY, SIZES, tuple[str, int]) == [(item, os.getpid()) for item in MANY]


@pytest.mark.usefixtures("two_processors")
def test_little_work_is_done_here() -> None:
    found = workers.spread(with_process, MANY, [1] * len(MANY), tuple[str, int])
    assert {process for _, process in found} == {os.getpid()}


@pytest.mark.usefixtures("two_processors")
def test_beside_a_thread_nothing_is_forked() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        found = workers.spread(with_process, MANY, SIZES, tuple[str, int])
    finally:
        done.set()
        thread.join()
    assert {process for _, process in found} == {os.getpid()}


def test_nothing_to_do_is_done() -> None:
    assert workers.spread(str, [], [], str) == []


@pytest.mark.parametrize(
    ("count", "shares"), [(1, [[0, 1, 2, 3, 4]]), (2, [[0, 3], [1, 2, 4]]), (3, [[0], [1, 4], [2, 3]])]
)
def test_shares_cost_about_the_same(count: int, shares: list[list[int]]) -> None:
    """The largest first, each to the share that has least so far."""
    assert workers._shares([5, 4, 3, 3, 3], count) == shares
