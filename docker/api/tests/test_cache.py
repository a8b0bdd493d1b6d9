import asyncio

from fakeredis import FakeAsyncValkey, FakeServer

from dockyard.cache import ATTEMPT_WINDOW, ATTEMPTS, Cache, connect
from dockyard.schemas import Session
from dockyard.settings import Settings

BROWSER = Session("", "2026-01-02T03:04:05+00:00", "192.0.2.1", "Firefox/150")


def test_a_session_is_found_by_its_token_until_it_is_closed(cache: Cache) -> None:
    async def story() -> list[str]:
        token = await cache.open_session(1, "1 password", BROWSER)
        found = [await cache.session(token), await cache.session("another token")]
        await cache.close_session(token)
        return [*found, await cache.session(token)]

    assert asyncio.run(story()) == ["1 password", "", ""]


def test_the_token_itself_is_not_stored_and_the_session_ends_by_itself(cache: Cache, server: FakeServer) -> None:
    async def story() -> tuple[str, str, int]:
        token = await cache.open_session(1, "1 password", BROWSER)
        raw = FakeAsyncValkey(server=server, decode_responses=True)
        name = (await raw.keys("session:*"))[0]
        return token, name, await raw.ttl(name)

    token, name, life = asyncio.run(story())
    assert token not in name
    assert 0 < life <= 12 * 3600


def test_another_session_key_ends_all_sessions(cache: Cache, server: FakeServer, settings: Settings) -> None:
    async def story() -> str:
        token = await cache.open_session(1, "1 password", BROWSER)
        cache._key = b"rotated"  # noqa: SLF001 - what a restart with a new key does
        return await cache.session(token)

    assert asyncio.run(story()) == ""


def test_too_many_attempts_must_wait_and_a_success_forgives_them(cache: Cache) -> None:
    async def story() -> tuple[list[int], int]:
        waits = [await cache.attempt("ann 10.0.0.1") for _ in range(ATTEMPTS + 1)]
        await cache.forgive("ann 10.0.0.1", "from 10.0.0.1")
        return waits, await cache.attempt("ann 10.0.0.1")

    waits, after = asyncio.run(story())
    assert waits[:-1] == [0] * ATTEMPTS
    assert 0 < waits[-1] <= ATTEMPT_WINDOW
    assert after == 0


def test_attempts_from_elsewhere_do_not_count(cache: Cache) -> None:
    async def story() -> int:
        for _ in range(ATTEMPTS + 1):
            await cache.attempt("ann 10.0.0.1")
        return await cache.attempt("ann 10.0.0.2")

    assert asyncio.run(story()) == 0


def test_a_code_works_once_for_each_account(cache: Cache) -> None:
    async def story() -> list[bool]:
        return [await cache.first_use(account, "123456") for account in (1, 1, 2)]

    assert asyncio.run(story()) == [True, False, True]


def test_jobs_come_out_in_order(cache: Cache) -> None:
    async def story() -> list[int | None]:
        await cache.enqueue(1)
        await cache.enqueue(2)
        return [await cache.next_job(1) for _ in range(3)]

    assert asyncio.run(story()) == [1, 2, None]


def test_a_client_does_not_connect_before_it_is_used(settings: Settings) -> None:
    assert connect(settings).connection_pool.connection_kwargs["host"] == "valkey"
