"""What operators ask of a process: health, readiness, version, metrics; the same in API and worker."""

import asyncio
import os
from collections.abc import Awaitable
from dataclasses import dataclass, field

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from valkey.exceptions import ValkeyError

from dockyard.cache import Cache
from dockyard.database import Database
from dockyard.migrations import HEAD
from dockyard.settings import Settings

# Seconds: the probe waits for two, and must have its answer before.
CHECK_TIMEOUT = 1.5
# What says that the database or the cache is away.
# A database that starts, stops, recovers, has no room or no connection left is away, whatever it calls that. Where it
# ends a connection as the next query begins, asyncpg calls it an internal error of its own.
STORE_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ValkeyError,
)
# A container's root is on the disk with the engine's images and volumes.
ROOT = "/"
DISK_SIZE = Gauge("disk_size_bytes", "Size of the disk with the engine's data.")
DISK_FREE = Gauge("disk_free_bytes", "What is free of it.")


@dataclass
class Drain:
    """Whether this process was told to stop; `told` wakes what waits meanwhile."""

    begun: bool = False
    told: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Operations:
    """The operators' endpoints, over the two stores that everything depends on."""

    settings: Settings
    database: Database
    cache: Cache
    drain: Drain = field(default_factory=Drain)

    def routes(self) -> list[Route]:
        """Return the endpoints, named as their handlers."""
        return [Route(f"/{each.__name__}", each) for each in (self.healthz, self.readyz, self.version, self.metrics)]

    async def healthz(self, _: Request) -> Response:
        """Answer: the process works, whatever it depends on."""
        return PlainTextResponse("ok\n")

    async def readyz(self, _: Request) -> Response:
        """Answer whether requests can be served; 503 names what fails, first of all that it stops."""
        checks = await self.checks()
        ready = set(checks.values()) == {"ok"}
        return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)

    async def checks(self) -> dict[str, str]:
        """Return what serving a request depends on, each `ok` or what is wrong with it."""
        if self.drain.begun:
            return {"process": "stopping"}
        head, cache = await asyncio.gather(answer(self.database.migration_head()), answer(self.cache.ping()))
        checks = {"database": "ok", "migrations": "ok", "cache": str(cache)}
        if not isinstance(head, int):
            checks |= {"database": head, "migrations": "unknown"}
        elif head < HEAD:  # ahead is fine: that is the state after a rollback
            checks["migrations"] = f"at {head}, this version needs {HEAD}"
        return checks

    async def version(self, _: Request) -> Response:
        """Answer what runs here."""
        known = {"version": self.settings.app_version, "environment": self.settings.environment, "migration_head": HEAD}
        return JSONResponse({"name": "dockyard", **known})

    async def metrics(self, _: Request) -> Response:
        """Answer in Prometheus' text format."""
        disk = os.statvfs(ROOT)
        DISK_SIZE.set(disk.f_blocks * disk.f_frsize)
        DISK_FREE.set(disk.f_bavail * disk.f_frsize)
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def answer(check: Awaitable[int | str]) -> int | str:
    """Return a store's answer, or `unreachable`."""
    try:
        return await asyncio.wait_for(check, CHECK_TIMEOUT)
    except Exception:  # noqa: BLE001 - any failure of the store is the answer
        return "unreachable"
