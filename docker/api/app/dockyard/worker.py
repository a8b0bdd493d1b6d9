"""Background jobs. PostgreSQL is the truth about them; the queue in Valkey only wakes a worker."""

import asyncio
import contextlib
import logging

import msgspec
from prometheus_client import Histogram

from dockyard.cache import Cache
from dockyard.database import Database, Job

SECONDS = Histogram("job_duration_seconds", "Time that jobs took.", ["kind"])
# Seconds that the job in hand has when the worker is stopped; Compose's stop_grace_period has to be longer.
FINISH = 20.0
logger = logging.getLogger(__name__)


async def activity(database: Database, job: Job) -> dict[str, int]:
    """Count what the account did."""
    return await database.events(job.account_id)


KINDS = {"activity": activity}


async def run(database: Database, job: Job) -> None:
    """Do a claimed job and record how it ended; a stop puts it back."""
    try:
        with SECONDS.labels(job.kind).time():
            state, result = "done", await KINDS[job.kind](database, job)
    except asyncio.CancelledError:
        await database.set_job(job.id, "queued")
        raise
    except Exception:
        logger.exception("job failed")
        state, result = "failed", {}
    await database.set_job(job.id, state, msgspec.json.encode(result).decode())
    logger.info("job", extra={"fields": {"job": job.id, "kind": job.kind, "state": state}})


class Shift:
    """The work of one worker, which ends between two jobs."""

    def __init__(self, database: Database, cache: Cache) -> None:
        self._database, self._cache = database, cache
        self._idle = asyncio.Event()
        self._over = False
        self._idle.set()

    async def work(self) -> None:
        """Work until the end; between jobs look for lost ones, and wait for a store that is away."""
        while not self._over:
            try:
                for wanted in {await self._cache.next_job(2), None}:
                    await self._job(wanted)
            except Exception as error:  # noqa: BLE001 - the worker outlives whatever the stores do
                logger.warning("cannot work, trying again", extra={"fields": {"error": type(error).__name__}})
                await asyncio.sleep(1)

    async def _job(self, wanted: int | None) -> None:
        self._idle.clear()
        try:
            if not self._over and (job := await self._database.claim_job(wanted)):
                await run(self._database, job)
        finally:
            self._idle.set()

    async def end(self, work: asyncio.Task[None], seconds: float = FINISH) -> None:
        """Take no more jobs, and let the one in hand come to its end; one that takes longer is put back."""
        self._over = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        work.cancel()
        await asyncio.wait([work])
