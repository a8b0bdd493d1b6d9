"""Background jobs. PostgreSQL is the truth about them; the queue in Valkey only wakes a worker."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import msgspec
from prometheus_client import Counter, Histogram

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dockyard.cache import Cache
    from dockyard.database import Database, Job

JOBS = Counter("jobs_total", "Jobs done.", ["kind", "outcome"])
SECONDS = Histogram("job_duration_seconds", "Time a job took.", ["kind"])
# Seconds between two looks for jobs that the queue lost.
SWEEP = 30
logger = logging.getLogger(__name__)


async def activity(database: Database, job: Job) -> dict[str, int]:
    """Count what the account did."""
    return await database.events(job.account_id)


KINDS: dict[str, Callable[[Database, Job], Awaitable[dict[str, int]]]] = {"activity": activity}


async def run(database: Database, job_id: int) -> None:
    """Claim a job, do it, and record how it ended."""
    job = await database.claim_job(job_id)
    if job is None:
        return
    begun, outcome, result = time.perf_counter(), "done", ""
    try:
        result = msgspec.json.encode(await KINDS[job.kind](database, job)).decode()
    except Exception as error:
        outcome, result = "failed", msgspec.json.encode({"error": type(error).__name__}).decode()
        logger.exception("job failed", extra={"fields": {"job": job.id, "kind": job.kind}})
    await database.finish_job(job.id, outcome, result)
    JOBS.labels(job.kind, outcome).inc()
    SECONDS.labels(job.kind).observe(time.perf_counter() - begun)
    logger.info("job", extra={"fields": {"job": job.id, "kind": job.kind, "outcome": outcome}})


async def consume(database: Database, cache: Cache) -> None:
    """Work until cancelled; a store that is away is waited for."""
    swept = 0.0
    while True:
        try:
            if time.monotonic() - swept > SWEEP:
                swept = time.monotonic()
                for job_id in await database.forgotten_jobs():
                    await run(database, job_id)
            next_job = await cache.next_job(2)
            if next_job is not None:
                await run(database, next_job)
        except Exception:
            logger.exception("cannot work, trying again")
            await asyncio.sleep(1)
