"""What Valkey keeps: sessions, attempts to sign in, codes that were used, and the queue of jobs."""

import hashlib
import hmac
import secrets
from typing import Any

import msgspec
from valkey.asyncio import Valkey

from dockyard.schemas import Session
from dockyard.settings import Settings

QUEUE = "jobs"
ATTEMPTS = 10  # of one address in a window; chosen: more than a person mistypes, 2,880 guesses a day
# Of one client, for whatever addresses; sign-ins that succeed do not count, registrations do.
CLIENT_ATTEMPTS = 50
# Seconds. A code is accepted for three steps of 30 seconds and remembered a little longer.
ATTEMPT_WINDOW, CODE_TIME = 300, 120


def connect(settings: Settings) -> Valkey:
    """Make a client that connects on first use."""
    host, port, password = settings.valkey_host, settings.valkey_port, settings.valkey_password
    return Valkey(host=host, port=port, password=password, socket_connect_timeout=2, socket_timeout=5)


class Cache:
    """The application's use of Valkey; of a session's token only the keyed digest is stored."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self._client = client
        self._key = settings.session_key.encode()
        self.session_seconds = settings.session_hours * 3600

    async def ping(self) -> str:
        """Return `ok`, or raise when the cache is away."""
        return "ok" if await self._client.ping() else "silent"

    def _digest(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    def _owned(self, account_id: int) -> str:
        return f"sessions:{self._digest(str(account_id))}"

    async def open_session(self, account_id: int, who: str, session: Session) -> str:
        """Keep who is signed in, list the session under its account, and return its token."""
        token, owned = secrets.token_urlsafe(32), self._owned(account_id)
        digest = self._digest(token)
        about = msgspec.json.encode(msgspec.structs.replace(session, id=digest))
        async with self._client.pipeline() as pipe:
            pipe.set(f"session:{digest}", who, ex=self.session_seconds)
            await pipe.hset(owned, digest, about).expire(owned, self.session_seconds).execute()
        return token

    async def session(self, token: str) -> str:
        """Return who is signed in with a token; empty without a session."""
        return (await self._client.get(f"session:{self._digest(token)}") or b"").decode()

    async def sessions(self, account_id: int, who: str, token: str = "") -> list[Session]:
        """Return an account's sessions that are valid for `who`, the newest first; `token` is the current one's."""
        about = await self._client.hgetall(self._owned(account_id))
        listed = [msgspec.json.decode(each, type=Session) for each in about.values()]
        owners = await self._client.mget([f"session:{each.id}" for each in listed]) if listed else []
        now = self._digest(token)
        valid = [each for each, owner in zip(listed, owners, strict=True) if owner == who.encode()]
        if over := [each.id for each in listed if each not in valid]:
            await self._client.hdel(self._owned(account_id), *over)
        found = (msgspec.structs.replace(each, current=each.id == now) for each in valid)
        return sorted(found, key=lambda each: each.since, reverse=True)

    async def close_session(self, token: str) -> None:
        """Forget a session."""
        await self._client.delete(f"session:{self._digest(token)}")

    async def end_session(self, account_id: int, digest: str) -> bool:
        """Forget one of an account's sessions by its id; return whether it was there."""
        if not await self._client.hdel(self._owned(account_id), digest):
            return False
        return bool(await self._client.delete(f"session:{digest}"))

    async def attempt(self, who: str, most: int = ATTEMPTS) -> int:
        """Count an attempt to sign in or register; return 0, or the seconds to wait after more than `most`."""
        async with self._client.pipeline() as pipe:
            pipe.incr(f"attempts:{who}").expire(f"attempts:{who}", ATTEMPT_WINDOW, nx=True).ttl(f"attempts:{who}")
            count, _, wait = await pipe.execute()
        return int(wait) if count > most else 0

    async def forgive(self, who: str, client: str) -> None:
        """Forget the attempts after a success, and of the client's the one that succeeded."""
        async with self._client.pipeline() as pipe:
            pipe.delete(f"attempts:{who}").decr(f"attempts:{client}")
            await pipe.expire(f"attempts:{client}", ATTEMPT_WINDOW, nx=True).execute()

    async def first_use(self, account_id: int, code: str) -> bool:
        """Return whether this code was not used before: each works once."""
        return bool(await self._client.set(f"code:{account_id}:{code}", 1, ex=CODE_TIME, nx=True))

    async def enqueue(self, job_id: int) -> None:
        """Tell a worker that there is a job."""
        await self._client.lpush(QUEUE, job_id)

    async def next_job(self, seconds: int) -> int | None:
        """Wait for the oldest job at most `seconds`."""
        found = await self._client.brpop([QUEUE], timeout=seconds)
        return int(found[1]) if found else None
