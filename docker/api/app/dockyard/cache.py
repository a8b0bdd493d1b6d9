"""What Valkey keeps: sessions, attempts, used codes, enrolments under way, and the queue of jobs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

import msgspec
from valkey.asyncio import Valkey

if TYPE_CHECKING:
    from dockyard import settings

QUEUE = "jobs"
ATTEMPTS = 10
ATTEMPT_WINDOW = 300
ENROLMENT_TIME = 600
# A code is accepted for three steps of 30 seconds; it is remembered a little longer.
CODE_TIME = 120


class Session(msgspec.Struct, frozen=True):
    """Who is signed in, and whether with both factors."""

    account_id: int
    second_factor: bool


class Cache:
    """The application's use of Valkey; a session's token is never stored, only its keyed digest."""

    def __init__(self, client: Valkey, session_key: str, session_hours: int) -> None:
        self._client = client
        self._key = session_key.encode()
        self._seconds = session_hours * 3600

    @classmethod
    def open(cls, where: settings.Valkey, session_key: str = "", session_hours: int = 1) -> Cache:
        """Make a client that connects on first use; a worker has no session key."""
        client = Valkey(
            host=where.host,
            port=where.port,
            password=where.password,
            socket_connect_timeout=2,
            socket_timeout=5,
        )
        return cls(client, session_key, session_hours)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ping(self) -> None:
        """Raise when the cache is away."""
        await self._client.ping()

    def _name(self, token: str) -> str:
        return "session:" + hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    async def open_session(self, session: Session) -> tuple[str, int]:
        """Keep a session and return its token and its life in seconds."""
        token = secrets.token_urlsafe(32)
        await self._client.set(self._name(token), msgspec.json.encode(session), ex=self._seconds)
        return token, self._seconds

    async def session(self, token: str) -> Session | None:
        """Return the session of a token while it lives."""
        found = await self._client.get(self._name(token))
        return msgspec.json.decode(found, type=Session) if found else None

    async def close_session(self, token: str) -> None:
        """Forget a session."""
        await self._client.delete(self._name(token))

    async def attempt(self, who: str) -> int:
        """Count an attempt to sign in; return 0, or the seconds to wait when there were too many."""
        name = f"attempts:{who}"
        async with self._client.pipeline() as pipe:
            count, _, wait = await pipe.incr(name).expire(name, ATTEMPT_WINDOW, nx=True).ttl(name).execute()
        return int(wait) if count > ATTEMPTS else 0

    async def forgive(self, who: str) -> None:
        """Forget the attempts after a success."""
        await self._client.delete(f"attempts:{who}")

    async def first_use(self, account_id: int, code: str) -> bool:
        """Return whether this code was not used before: each works once."""
        return bool(await self._client.set(f"code:{account_id}:{code}", 1, ex=CODE_TIME, nx=True))

    async def begin_enrolment(self, account_id: int, encrypted: bytes) -> None:
        """Keep a second factor's encrypted secret until its owner confirms it."""
        await self._client.set(f"enrolment:{account_id}", encrypted, ex=ENROLMENT_TIME)

    async def enrolment(self, account_id: int) -> bytes | None:
        """Return what `begin_enrolment` kept, for ten minutes."""
        found: bytes | None = await self._client.get(f"enrolment:{account_id}")
        return found

    async def end_enrolment(self, account_id: int) -> None:
        """Forget an enrolment under way."""
        await self._client.delete(f"enrolment:{account_id}")

    async def enqueue(self, job_id: int) -> None:
        """Tell a worker that there is a job."""
        await self._client.lpush(QUEUE, job_id)

    async def next_job(self, seconds: int) -> int | None:
        """Wait for the oldest job at most `seconds`."""
        found = await self._client.brpop([QUEUE], timeout=seconds)
        return int(found[1]) if found else None
