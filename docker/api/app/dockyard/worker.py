"""Background jobs. PostgreSQL is the truth about them; the queue in Valkey only wakes a worker."""

import asyncio
import logging

import msgspec
from prometheus_client import Histogram

from dockyard.cache import Cache
from dockyard.database import Database, Job

SECONDS = Histogram("job_duration_seconds", "Time that jobs took.", ["kind"])
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


async def consume(database: Database, cache: Cache) -> None:
    """Work until cancelled; between jobs look for lost ones, and wait for a store that is away."""
    while True:
        try:
            for wanted in {await cache.next_job(2), None}:
                if job := await database.claim_job(wanted):
                    await run(database, job)
        except Exception as error:  # noqa: BLE001 - the worker outlives whatever the stores do
            logger.warning("cannot work, trying again", extra={"fields": {"error": type(error).__name__}})
            await asyncio.sleep(1)
