"""Requests at a steady rate against a gateway: GET and POST, on kept and on new connections."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl

CLIENTS = 40
TIMEOUT = 15.0
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Report:
    """What came back: requests, failures by kind, ids of accepted jobs, and versions that answered."""

    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    jobs: list[int] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """Return how many requests failed."""
        return self.failures.total()

    def as_json(self) -> dict[str, object]:
        """Return what is kept of it."""
        return {
            "requests": self.requests,
            "failed": self.failed,
            "failures": dict(self.failures),
            "jobs": len(self.jobs),
            "seconds": round(self.seconds, 1),
            "slowest": round(self.slowest, 3),
            "rate": round(self.requests / self.seconds, 1) if self.seconds else 0.0,
        }


class Load:
    """A load on a port of this machine; `with Load(…) as load:` runs it, then `load.report` has what came back."""

    def __init__(self, port: int, trusted: ssl.SSLContext | None, token: str, rate: float) -> None:
        """Take where to send so many requests a second, with a session's token for what needs one."""
        self._port, self._trusted, self._token, self._rate = port, trusted, token, rate
        self.report = Report()
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let every request that is under way come to its end."""
        self._over.set()
        self._thread.join()

    async def _run(self) -> None:
        began = time.monotonic()
        await asyncio.gather(*(self._client(number) for number in range(CLIENTS)))
        self.report.seconds = time.monotonic() - began

    async def _client(self, number: int) -> None:
        """One client: every second one opens a connection for each request."""
        every, turn, kept = CLIENTS / self._rate, number, None
        due = time.monotonic() + every * number / CLIENTS
        while not self._over.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + every, time.monotonic() - 1.0)
            turn += 1
            kept = await self._request(kept, post=turn % 4 == 0, keep=number % 2 == 0)
        if kept:
            kept[1].close()

    async def _request(self, kept: Streams | None, *, post: bool, keep: bool) -> Streams | None:
        report, began = self.report, time.monotonic()
        report.requests += 1
        try:
            async with asyncio.timeout(TIMEOUT):
                streams = kept or await asyncio.open_connection(
                    "127.0.0.1", self._port, ssl=self._trusted, server_hostname="localhost" if self._trusted else None
                )
                closes = await self._ask(streams, post=post, keep=keep)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            report.failures[f"{'POST' if post else 'GET'} {type(error).__name__}"] += 1
            return None
        finally:
            report.slowest = max(report.slowest, time.monotonic() - began)
        if closes or not keep:
            streams[1].close()
            return None
        return streams

    async def _ask(self, streams: Streams, *, post: bool, keep: bool) -> bool:
        body = b'{"kind": "activity"}' if post else b""
        head = f"{'POST /api/jobs' if post else 'GET /version'} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n\r\n"
        streams[1].write(head.encode() + body)
        answer = (await streams[0].readuntil(b"\r\n\r\n")).decode().lower()
        status = int(answer.split(" ", 2)[1])
        length = int(answer.partition("content-length:")[2].split("\r\n")[0])
        document = json.loads(await streams[0].readexactly(length)) if status < 300 else {}
        if post and status == 202:
            self.report.jobs.append(int(document["id"]))
        elif not post and status == 200:
            self.report.versions[str(document["version"])] += 1
        else:
            self.report.failures[f"{'POST' if post else 'GET'} {status}"] += 1
            return True
        return "connection: close" in answer
