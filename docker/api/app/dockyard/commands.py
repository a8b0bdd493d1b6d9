"""The commands: api, worker, migrate, seed, create-admin."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockyard import logs, settings
from dockyard.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    import asyncpg
    from starlette.applications import Starlette

    from dockyard.settings import Source

API_PORT = 8000
WORKER_PORT = 9000
SHORTEST_PASSWORD = 12


def serve(app: Starlette, port: int, forwarded_allow_ips: str = "127.0.0.1") -> None:
    """Answer HTTP until SIGTERM; requests under way get half a second to end."""
    import uvicorn  # noqa: PLC0415 - `migrate` does not need it

    uvicorn.Server(
        uvicorn.Config(
            app,
            host="0.0.0.0",  # noqa: S104 - the container's network decides who reaches it
            port=port,
            http="h11",
            loop="asyncio",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=forwarded_allow_ips,
            timeout_graceful_shutdown=1,
        ),
    ).run()


def api(source: Source) -> None:
    """Run the HTTP interface."""
    process = settings.Process.read(source)
    where, valkey = settings.Postgres.read(source), settings.Valkey.read(source)
    web = settings.Web.read(source, process.environment)
    source.check()
    logs.configure(process.log_level)
