"""What PostgreSQL keeps: accounts, their audit trail, and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from dockyard.settings import Postgres

# Seconds; a dead database must not hold a request for longer.
CONNECT_TIMEOUT = 3
COMMAND_TIMEOUT = 10


class Account(msgspec.Struct, frozen=True):
    """A row of `accounts`; never sent to a client as it is."""

    id: int
    email: str
    password_hash: str
    role: str
    totp_secret: bytes | None
    created_at: datetime | None = None


class Job(msgspec.Struct, frozen=True):
    """A row of `jobs`; `result` is text in JSON."""

    id: int
    account_id: int
    kind: str
    state: str
    result: str | None = None


class EmailTakenError(Exception):
    """An account with this address exists."""


def options(settings: Postgres) -> dict[str, Any]:
    """Return asyncpg's connection arguments."""
    return {
        "host": settings.host,
        "port": settings.port,
        "user": settings.user,
        "password": settings.password,
        "database": settings.database,
        "ssl": settings.sslmode,
        "timeout": CONNECT_TIMEOUT,
        "command_timeout": COMMAND_TIMEOUT,
    }


class Database:
    """The queries of the application, over a pool that connects on first use."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, settings: Postgres) -> Database:
        """Make the pool; does not connect yet, so a database that is away does not stop the process from starting."""
        return cls(await asyncpg.create_pool(**options(settings), min_size=0, max_size=10))

    async def close(self) -> None:
        """Close every connection at once."""
        self._pool.terminate()

    async def migration_head(self) -> int:
        """Return the newest applied migration, 0 for an empty database."""
        try:
            return int(await self._pool.fetchval("SELECT coalesce(max(version), 0) FROM schema_migrations", timeout=2))
        except asyncpg.UndefinedTableError:
            return 0

    async def create_account(self, email: str, password_hash: str, role: str) -> Account:
        """Insert an account, or raise EmailTakenError."""
        try:
            row = await self._pool.fetchrow(
                "INSERT INTO accounts (email, password_hash, role) VALUES ($1, $2, $3) RETURNING *",
                *(email, password_hash, role),
            )
        except asyncpg.UniqueViolationError as error:
            raise EmailTakenError(email) from error
        return Account(**row)

    async def account(self, column: str, value: int | str) -> Account | None:
        """Return the account whose `id` or `email` is `value`."""
        query = {"id": "SELECT * FROM accounts WHERE id = $1", "email": "SELECT * FROM accounts WHERE email = $1"}
        row = await self._pool.fetchrow(query[column], value)
        return Account(**row) if row else None

    async def accounts(self) -> list[Account]:
        """Return the newest 500 accounts."""
        return [Account(**row) for row in await self._pool.fetch("SELECT * FROM accounts ORDER BY id DESC LIMIT 500")]

    async def set_totp(self, account_id: int, encrypted: bytes) -> None:
        """Keep the second factor's secret, encrypted."""
        await self._pool.execute("UPDATE accounts SET totp_secret = $2 WHERE id = $1", account_id, encrypted)

    async def record(self, account_id: int, event: str) -> None:
        """Append to the audit trail."""
        await self._pool.execute("INSERT INTO audit (account_id, event) VALUES ($1, $2)", account_id, event)

    async def events(self, account_id: int) -> dict[str, int]:
        """Count an account's audit events by name."""
        query = "SELECT event, count(*) AS times FROM audit WHERE account_id = $1 GROUP BY event ORDER BY event"
        return {row["event"]: row["times"] for row in await self._pool.fetch(query, account_id)}

    async def create_job(self, account_id: int, kind: str) -> Job:
        """Insert a job in state `queued`."""
        row = await self._pool.fetchrow(
            "INSERT INTO jobs (account_id, kind) VALUES ($1, $2) RETURNING id, account_id, kind, state, result",
            *(account_id, kind),
        )
        return Job(**row)

    async def job(self, job_id: int) -> Job | None:
        """Return a job, or None."""
        row = await self._pool.fetchrow("SELECT id, account_id, kind, state, result FROM jobs WHERE id = $1", job_id)
        return Job(**row) if row else None

    async def claim_job(self, job_id: int) -> Job | None:
        """Take a job to work on it; None when another worker has it. A claim of a dead worker lapses in 5 minutes."""
        row = await self._pool.fetchrow(
            "UPDATE jobs SET state = 'running', started_at = now() WHERE id = $1 AND (state = 'queued'"
            " OR state = 'running' AND started_at < now() - interval '5 minutes')"
            " RETURNING id, account_id, kind, state, result",
            job_id,
        )
        return Job(**row) if row else None

    async def finish_job(self, job_id: int, state: str, result: str) -> None:
        """Record how a job ended."""
        query = "UPDATE jobs SET state = $2, result = $3, finished_at = now() WHERE id = $1"
        await self._pool.execute(query, job_id, state, result)

    async def forgotten_jobs(self) -> list[int]:
        """Return unfinished jobs that the queue lost: the cache was emptied, or their worker died."""
        rows = await self._pool.fetch(
            "SELECT id FROM jobs WHERE state = 'queued' AND created_at < now() - interval '1 minute'"
            " OR state = 'running' AND started_at < now() - interval '5 minutes' ORDER BY id LIMIT 100",
        )
        return [row["id"] for row in rows]
