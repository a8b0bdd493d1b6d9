"""What PostgreSQL keeps: accounts, their audit trail, and jobs."""

from typing import Any, Self

import asyncpg
import msgspec

from dockyard.settings import Settings, secret

ACCOUNT = "id, email, password_hash, role, totp_secret, totp_confirmed"
JOB = "id, account_id, kind, state, result"


class Account(msgspec.Struct, frozen=True):
    """A row of `accounts`; never sent to a client as it is."""

    id: int
    email: str
    password_hash: str
    role: str
    totp_secret: bytes | None = None
    totp_confirmed: bool = False


class Job(msgspec.Struct, frozen=True):
    """A row of `jobs`; `result` is JSON."""

    id: int
    account_id: int
    kind: str
    state: str
    result: str | None = None


def address(settings: Settings) -> dict[str, Any]:
    """Return asyncpg's connection arguments; a dead database must not hold a request for long.

    The password is read for each connection: rotating it changes the file of a container that runs.
    """
    files = {"POSTGRES_PASSWORD_FILE": settings.postgres_password_file}
    where = {"host": settings.postgres_host, "port": settings.postgres_port, "database": settings.postgres_db}
    who = {"user": settings.postgres_user, "password": lambda: secret(files, "POSTGRES_PASSWORD")}
    return where | who | {"ssl": settings.postgres_sslmode, "timeout": 3, "command_timeout": 10}


class Database:
    """The queries of the application, over a pool that connects on first use."""

    def __init__(self, settings: Settings) -> None:
        self._pool = asyncpg.create_pool(**address(settings), min_size=0, max_size=10)

    async def __aenter__(self) -> Self:
        """Prepare the pool; does not connect, so a process starts while its database is away."""
        await self._pool
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection at once."""
        self._pool.terminate()

    async def migration_head(self) -> int:
        """Return the newest applied migration, 0 for an empty database."""
        try:
            return int(await self._pool.fetchval("SELECT coalesce(max(version), 0) FROM schema_migrations"))
        except asyncpg.UndefinedTableError:
            return 0

    async def create_account(self, email: str, password_hash: str, role: str) -> Account | None:
        """Insert an account; None when the address is taken."""
        query = "INSERT INTO accounts (email, password_hash, role) VALUES (lower($1), $2, $3) ON CONFLICT DO NOTHING"
        row = await self._pool.fetchrow(f"{query} RETURNING {ACCOUNT}", email, password_hash, role)
        return Account(**row) if row else None

    async def plant_account(self, email: str, password_hash: str, role: str) -> None:
        """Create an account, or replace the password of the one with this address."""
        if await self.create_account(email, password_hash, role) is None:
            query = "UPDATE accounts SET password_hash = $2 WHERE email = lower($1)"
            await self._pool.execute(query, email, password_hash)

    async def account(self, *, id: int | None = None, email: str = "") -> Account | None:  # noqa: A002 - the column
        """Return the account with this id or address."""
        query = f"SELECT {ACCOUNT} FROM accounts WHERE id = $1::bigint OR email = lower($2)"
        row = await self._pool.fetchrow(query, id, email)
        return Account(**row) if row else None

    async def accounts(self) -> list[Account]:
        """Return the newest 500 accounts."""
        rows = await self._pool.fetch(f"SELECT {ACCOUNT} FROM accounts ORDER BY id DESC LIMIT 500")
        return [Account(**row) for row in rows]

    async def set_totp(self, account_id: int, encrypted: bytes, *, confirmed: bool) -> None:
        """Keep the second factor's secret, encrypted; it counts once it is confirmed."""
        query = "UPDATE accounts SET totp_secret = $2, totp_confirmed = $3 WHERE id = $1 AND NOT totp_confirmed"
        await self._pool.execute(query, account_id, encrypted, confirmed)

    async def record(self, account_id: int, event: str) -> None:
        """Append to the audit trail."""
        await self._pool.execute("INSERT INTO audit (account_id, event) VALUES ($1, $2)", account_id, event)

    async def events(self, account_id: int) -> dict[str, int]:
        """Count an account's audit events by name."""
        query = "SELECT event, count(*) FROM audit WHERE account_id = $1 GROUP BY event ORDER BY event"
        return dict(await self._pool.fetch(query, account_id))

    async def create_job(self, account_id: int, kind: str) -> int:
        """Insert a job in state `queued` and return its id."""
        query = "INSERT INTO jobs (account_id, kind) VALUES ($1, $2) RETURNING id"
        return int(await self._pool.fetchval(query, account_id, kind))

    async def job(self, job_id: int, account_id: int) -> Job | None:
        """Return an account's job, or None."""
        row = await self._pool.fetchrow(f"SELECT {JOB} FROM jobs WHERE id = $1 AND account_id = $2", job_id, account_id)
        return Job(**row) if row else None

    async def jobs_of(self, account_id: int) -> list[Job]:
        """Return an account's newest 20 jobs."""
        query = f"SELECT {JOB} FROM jobs WHERE account_id = $1 ORDER BY id DESC LIMIT 20"
        return [Job(**row) for row in await self._pool.fetch(query, account_id)]

    async def claim_job(self, job_id: int | None = None) -> Job | None:
        """Take a job to work on it: this one if it waits, or any that was lost (queue emptied, worker died)."""
        row = await self._pool.fetchrow(
            "UPDATE jobs SET state = 'running', changed_at = now() WHERE id = (SELECT id FROM jobs WHERE"
            " state = 'queued' AND (id = $1::bigint OR $1 IS NULL AND changed_at < now() - interval '1 minute')"
            " OR state = 'running' AND $1 IS NULL AND changed_at < now() - interval '5 minutes'"
            f" ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING {JOB}",
            job_id,
        )
        return Job(**row) if row else None

    async def set_job(self, job_id: int, state: str, result: str | None = None) -> None:
        """Record how a job ended, or that it is to be done again (`queued`)."""
        query = "UPDATE jobs SET state = $2, result = $3, changed_at = now() WHERE id = $1"
        await self._pool.execute(query, job_id, state, result)
