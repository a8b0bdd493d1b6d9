"""Requests at a steady rate while something changes: GET, POST and long ones, each counted, failed ones kept.

A process of its own asks them, so that what is measured is not how busy the test is.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PORT = 8080
PATIENCE = 20.0  # seconds that a request may take
SLOW = 40  # one of so many takes three seconds
BODY = b"x" * 1000


@dataclass
class Load:
    """What was asked and answered, by version; `failed` has what went wrong, and where."""

    versions: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def count(self) -> int:
        """Return how many requests there were."""
        return self.versions.total() + len(self.failed)

    @property
    def rate(self) -> float:
        """Return how many there were in a second."""
        return self.count / max(self.seconds, 0.001)

    def __str__(self) -> str:
        """Return the figures."""
        failed = f"{len(self.failed)} failed {self.failed[:3]}"
        return f"{self.count} requests, {self.rate:.0f}/s, {failed}, {dict(self.versions)}"


def _request(number: int, host: str) -> bytes:
    head = f"Host: {host}\r\nConnection: close\r\n"
    if number % SLOW == 0:
        return f"GET /slow HTTP/1.1\r\n{head}\r\n".encode()
    if number % 2:
        return f"GET /version HTTP/1.1\r\n{head}\r\n".encode()
    return f"POST / HTTP/1.1\r\n{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


async def _one(number: int, host: str, load: Load) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, PORT)
            try:
                writer.write(_request(number, host))
                answer = (await reader.read()).decode()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        load.failed.append(f"{time.time():.1f} {host} {error!r}")
        return
    if answer.startswith("HTTP/1.1 200"):
        load.versions[answer.partition('"version": "')[2].partition('"')[0]] += 1
    else:
        load.failed.append(f"{time.time():.1f} {host} {answer[:40]!r}")


async def _ask(rate: float, hosts: Sequence[str]) -> Load:
    load, ended, started, number = Load(), asyncio.Event(), time.monotonic(), 0
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print("started", flush=True)
    async with asyncio.TaskGroup() as group:
        while not ended.is_set():
            number += 1
            group.create_task(_one(number, hosts[number % len(hosts)], load))
            await asyncio.sleep(max(started + number / rate - time.monotonic(), 0.0))
        load.seconds = time.monotonic() - started
    return load


@contextmanager
def under(hosts: Sequence[str], rate: float = 220.0) -> Iterator[Load]:
    """Ask these hosts, in turn, as often as `rate` says a second, until the block ends and all are answered."""
    asking = subprocess.Popen(
        [sys.executable, "-m", "tests.swarm.load", str(rate), *hosts], stdout=subprocess.PIPE, text=True
    )
    load = Load()
    assert asking.stdout
    assert asking.stdout.readline() == "started\n"
    try:
        yield load
    finally:
        asking.terminate()
        found = json.loads(asking.communicate(timeout=60)[0])
        load.versions, load.failed, load.seconds = Counter(found["versions"]), found["failed"], found["seconds"]
        print(load)


if __name__ == "__main__":
    done = asyncio.run(_ask(float(sys.argv[1]), sys.argv[2:]))
    print(json.dumps({"versions": done.versions, "failed": done.failed, "seconds": done.seconds}))
