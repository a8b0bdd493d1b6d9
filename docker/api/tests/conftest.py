"""Fakes at the edges: accounts and jobs in memory, a Valkey in memory, secrets in a temporary folder."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import asyncpg
import msgspec
import pyotp
import pytest
from fakeredis import FakeAsyncValkey, FakeServer
from httpx2 import Response
from starlette.testclient import TestClient

from dockyard.cache import Cache
from dockyard.credentials import SecondFactor
from dockyard.database import Account, Database, Job
from dockyard.migrations import HEAD
from dockyard.operations import Operations
from dockyard.settings import Settings, load
from dockyard.web import LARGEST, application

SECRETS = {
    "POSTGRES_PASSWORD": "p" * 16,
    "VALKEY_PASSWORD": "v" * 16,
    "SESSION_KEY": "s" * 32,
    "TOTP_ENCRYPTION_KEY": "t" * 32,
    "ADMIN_PASSWORD": "admin password",
    "DEMO_PASSWORD": "demo password",
}
PASSWORD = "correct horse battery staple"
ANN = "ann@example.com"


def stored(*values: str | int) -> None:
    """Refuse what PostgreSQL refuses: a NUL, and a number above bigint."""
    if any("\0" in value if isinstance(value, str) else abs(value) > LARGEST for value in values):
        raise asyncpg.DataError("invalid input")


class MemoryDatabase(Database):
    """The queries' meaning without SQL; `head` is what `migrate` would have left, None a database that is away."""

    def __init__(self, *_: object) -> None:
        self.rows: dict[int, Account] = {}
        self.jobs: dict[int, Job] = {}
        self.trail: list[tuple[int, str]] = []
        self.head: int | None = HEAD

    async def __aenter__(self) -> Self:
        """Connect to nothing."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect from nothing."""

    async def migration_head(self) -> int:
        """Return `head`."""
        if self.head is None:
            raise ConnectionRefusedError
        return self.head

    async def create_account(self, email: str, password_hash: str, role: str) -> Account | None:
        """Add a row."""
        stored(email, password_hash, role)
        if await self.account(email=email):
            return None
        row = Account(len(self.rows) + 1, email.lower(), password_hash, role)
        self.rows[row.id] = row
        return row

    async def plant_account(self, email: str, password_hash: str, role: str) -> None:
        """Add a row or replace its password."""
        if await self.create_account(email, password_hash, role) is None:
            self.change(email, password_hash=password_hash)

    def change(self, email: str, **fields: Any) -> None:
        """Replace fields of a row."""
        row = next(row for row in self.rows.values() if row.email == email)
        self.rows[row.id] = msgspec.structs.replace(row, **fields)

    async def account(self, *, id: int | None = None, email: str = "") -> Account | None:  # noqa: A002 - the column
        """Find a row."""
        if self.head is None:
            raise ConnectionRefusedError
        stored(email, id or 0)
        return next((row for row in self.rows.values() if row.id == id or row.email == email.lower()), None)

    async def accounts(self) -> list[Account]:
        """Return all rows."""
        return list(self.rows.values())

    async def set_totp(self, account_id: int, encrypted: bytes, *, confirmed: bool) -> None:
        """Change a row that has no second factor yet."""
        if not self.rows[account_id].totp_confirmed:
            self.change(self.rows[account_id].email, totp_secret=encrypted, totp_confirmed=confirmed)

    async def record(self, account_id: int, event: str) -> None:
        """Append to the trail."""
        self.trail.append((account_id, event))

    async def events(self, account_id: int) -> dict[str, int]:
        """Count the trail."""
        names = [event for owner, event in self.trail if owner == account_id]
        return {name: names.count(name) for name in sorted(set(names))}

    async def create_job(self, account_id: int, kind: str) -> int:
        """Add a job."""
        job = Job(len(self.jobs) + 1, account_id, kind, "queued")
        self.jobs[job.id] = job
        return job.id

    async def job(self, job_id: int, account_id: int) -> Job | None:
        """Find an account's job."""
        stored(job_id)
        job = self.jobs.get(job_id)
        return job if job and job.account_id == account_id else None

    async def jobs_of(self, account_id: int) -> list[Job]:
        """Find an account's newest jobs."""
        return [job for job in reversed(self.jobs.values()) if job.account_id == account_id][:20]

    async def claim_job(self, job_id: int | None = None) -> Job | None:
        """Take a waiting job; without an id, any is taken as lost."""
        for job in self.jobs.values():
            if job.state == "queued" and job_id in (None, job.id):
                return self.jobs.setdefault(job.id, job)
        return None

    async def set_job(self, job_id: int, state: str, result: str | None = None) -> None:
        """Change a job."""
        self.jobs[job_id] = msgspec.structs.replace(self.jobs[job_id], state=state, result=result)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a container: plain settings, and a file for each secret."""
    files = {}
    for name, value in SECRETS.items():
        (tmp_path / name).write_text(f"{value}\n")
        files[f"{name}_FILE"] = str(tmp_path / name)
    return {"ENVIRONMENT": "staging", "POSTGRES_USER": "dockyard", "POSTGRES_DB": "dockyard"} | files


@pytest.fixture
def settings(environ: Mapping[str, str]) -> Settings:
    """Everything that the API reads."""
    return load(environ, "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SESSION_KEY", "TOTP_ENCRYPTION_KEY")


@pytest.fixture
def database() -> MemoryDatabase:
    """A migrated, empty database."""
    return MemoryDatabase()


@pytest.fixture
def server() -> FakeServer:
    """A Valkey; `connected = False` takes it away."""
    return FakeServer(server_type="valkey")


@pytest.fixture
def cache(server: FakeServer, settings: Settings) -> Cache:
    """The application's view of that Valkey."""
    return Cache(FakeAsyncValkey(server=server), settings)


@pytest.fixture
def polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Queue jobs in a list: fakeredis swallows a cancellation, which Valkey's client was seen not to do."""
    queued: list[int] = []

    async def enqueue(_: Cache, job_id: int) -> None:
        queued.insert(0, job_id)

    async def next_job(_: Cache, __: int) -> int | None:
        await asyncio.sleep(0.01)
        return queued.pop() if queued else None

    monkeypatch.setattr(Cache, "enqueue", enqueue)
    monkeypatch.setattr(Cache, "next_job", next_job)


@pytest.fixture
def operations(settings: Settings, database: MemoryDatabase, cache: Cache) -> Operations:
    """The operators' view of the process."""
    return Operations(settings, database, cache)


@pytest.fixture
def client(operations: Operations) -> Iterator[TestClient]:
    """Requests to the whole application."""
    app = application(operations, SecondFactor("t" * 32, "dockyard.test"))
    with TestClient(app, base_url="https://dockyard.test", raise_server_exceptions=False) as requests:
        yield requests


def sign_up(client: TestClient, email: str = ANN, password: str = PASSWORD) -> Response:
    return client.post("/api/accounts", json={"email": email, "password": password})


def sign_in(client: TestClient, email: str = ANN, password: str = PASSWORD, **more: str) -> Response:
    answer = client.post("/api/login", json={"email": email, "password": password, **more})
    client.cookies.clear()
    return answer


def bearer(answer: Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


@pytest.fixture
def ann(client: TestClient) -> dict[str, str]:
    """The headers of a user who signed in with a password."""
    sign_up(client)
    return bearer(sign_in(client))


def enrol(client: TestClient, headers: dict[str, str]) -> pyotp.TOTP:
    totp = pyotp.TOTP(client.post("/api/totp", headers=headers).json()["secret"])
    assert client.post("/api/totp/confirm", headers=headers, json={"code": totp.now()}).status_code == 204
    return totp


def code_after(totp: pyotp.TOTP) -> str:
    """The code after the current one, which confirms; either is accepted for half a minute more, or longer."""
    return totp.at(time.time(), counter_offset=1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the fuzz test ask a running application."""
    parser.addoption("--url", default="", help="address of a gateway in development")
