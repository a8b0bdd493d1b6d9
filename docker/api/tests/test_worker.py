import asyncio
from collections.abc import Awaitable

import pytest
from conftest import MemoryDatabase

from dockyard import worker
from dockyard.cache import Cache
from dockyard.database import Database, Job

pytestmark = pytest.mark.usefixtures("polling")


async def until(done: Awaitable[None], database: Database, cache: Cache) -> None:
    """Let the worker work until `done` is."""
    shift = worker.Shift(database, cache)
    task = asyncio.create_task(shift.work())
    await asyncio.wait_for(done, 10)
    await shift.end(task)


async def settled(database: MemoryDatabase, state: str) -> None:
    while database.jobs[1].state != state:
        await asyncio.sleep(0.01)


def test_a_queued_job_is_done_and_its_result_kept(database: MemoryDatabase, cache: Cache) -> None:
    async def story() -> None:
        await database.record(7, "signed in")
        await cache.enqueue(await database.create_job(7, "activity"))
        await until(settled(database, "done"), database, cache)

    asyncio.run(story())
    assert database.jobs[1].result == '{"signed in":1}'


def test_a_job_that_the_queue_lost_is_found(database: MemoryDatabase, cache: Cache) -> None:
    async def story() -> None:
        await database.create_job(7, "activity")
        await until(settled(database, "done"), database, cache)

    asyncio.run(story())


def test_a_job_that_fails_is_recorded_and_the_worker_goes_on(
    database: MemoryDatabase, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: Database, __: Job) -> dict[str, int]:
        raise ValueError

    monkeypatch.setitem(worker.KINDS, "broken", broken)

    async def story() -> None:
        await cache.enqueue(await database.create_job(7, "broken"))
        await until(settled(database, "failed"), database, cache)

    asyncio.run(story())


def test_a_stop_puts_the_job_back(database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(_: Database, __: Job) -> dict[str, int]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setitem(worker.KINDS, "endless", endless)

    async def story() -> None:
        await database.create_job(7, "endless")
        await database.set_job(1, "running")
        task = asyncio.create_task(worker.run(database, database.jobs[1]))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(story())
    assert database.jobs[1].state == "queued"


@pytest.mark.parametrize(("patience", "state"), [(5.0, "done"), (0.05, "queued")])
def test_a_worker_that_stops_finishes_its_job_or_puts_it_back(
    database: MemoryDatabase, cache: Cache, monkeypatch: pytest.MonkeyPatch, patience: float, state: str
) -> None:
    begun = asyncio.Event()

    async def slow(_: Database, __: Job) -> dict[str, int]:
        begun.set()
        await asyncio.sleep(0.3)
        return {}

    monkeypatch.setitem(worker.KINDS, "slow", slow)

    async def story() -> None:
        for _ in range(2):
            await cache.enqueue(await database.create_job(7, "slow"))
        shift = worker.Shift(database, cache)
        task = asyncio.create_task(shift.work())
        await asyncio.wait_for(begun.wait(), 10)
        await shift.end(task, patience)

    asyncio.run(story())
    assert (database.jobs[1].state, database.jobs[2].state) == (state, "queued")


def test_the_worker_waits_for_a_store_that_is_away(database: MemoryDatabase, cache: Cache) -> None:
    failures = iter([ConnectionRefusedError(), None])

    class Flaky(Cache):
        async def next_job(self, _: int) -> int | None:
            if error := next(failures, None):
                raise error
            return await cache.next_job(1)

    async def story() -> None:
        await cache.enqueue(await database.create_job(7, "activity"))
        flaky = Flaky.__new__(Flaky)
        await until(settled(database, "done"), database, flaky)

    asyncio.run(story())
