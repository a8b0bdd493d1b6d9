"""What those who operate the service ask for: health, readiness, version, metrics; the same in API and worker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dockyard import migrations

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.requests import Request

    from dockyard.cache import Cache
    from dockyard.database import Database
    from dockyard.settings import Process

# Seconds for all checks together: a probe must have its answer before it is cut off.
CHECK_TIMEOUT = 2.5


@dataclass(frozen=True)
class Operations:
    """The operators' endpoints, over the two stores that everything depends on."""

    process: Process
    database: Database
    cache: Cache

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        return [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/version", self.version),
            Route("/metrics", self.metrics),
        ]

    async def healthz(self, _: Request) -> Response:
        """Answer: the process works, whatever it depends on."""
        return PlainTextResponse("ok\n")

    async def readyz(self, _: Request) -> Response:
        """Answer whether requests can be served; 503 names what fails."""
        database, cache = await asyncio.gather(self._check(self._migrated()), self._check(self.cache.ping()))
        migrated = {"migrations": "unknown"} if database == "unreachable" else {"migrations": database}
        checks = {"database": "unreachable" if database == "unreachable" else "ok", "cache": cache, **migrated}
        ready = all(state == "ok" for state in checks.values())
        return JSONResponse({"ready": ready, "checks": checks}, status_code=200 if ready else 503)

    async def version(self, _: Request) -> Response:
        """Answer what runs here."""
        return JSONResponse(
            {
                "name": "dockyard",
                "version": self.process.version,
                "environment": self.process.environment,
                "migration_head": migrations.head(),
            },
        )

    async def metrics(self, _: Request) -> Response:
        """Answer in Prometheus' text format."""
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _migrated(self) -> str:
        # A database ahead of the code is fine: that is the state after a rollback.
        applied, needed = await self.database.migration_head(), migrations.head()
        return "ok" if applied >= needed else f"behind: at {applied}, this version needs {needed}"

    @staticmethod
    async def _check(check: Awaitable[str | None]) -> str:
        try:
            return await asyncio.wait_for(check, CHECK_TIMEOUT) or "ok"
        except Exception:  # noqa: BLE001 - any failure of the store is the answer
            return "unreachable"
