"""Requests at a steady rate while something changes: GET, POST and long ones, each counted, failed ones kept."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = 80
PATIENCE = 20.0  # seconds that a request may take
SLOW = 40  # each so many requests of a thread takes three seconds


@dataclass
class Load:
    """What was asked and answered, by version; `failed` has what went wrong."""

    rate: float
    versions: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def count(self) -> int:
        """Return how many requests there were."""
        return self.versions.total() + len(self.failed)

    def __str__(self) -> str:
        """Return the figures."""
        rate = self.count / max(self.seconds, 0.001)
        return (
            f"{self.count} requests, {rate:.0f}/s, {len(self.failed)} failed {self.failed[:3]}, {dict(self.versions)}"
        )


def _one(host: str, port: int, number: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        if number % SLOW == 0:
            connection.request("GET", "/slow")
        elif number % 2:
            connection.request("GET", "/version")
        else:
            connection.request("POST", "/", b"x" * 1000)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _ask(load: Load, hosts: list[str], start: int, ended: threading.Event) -> None:
    number, pause = start, THREADS / load.rate
    due = time.monotonic() + start * pause / THREADS
    while not ended.wait(max(due - time.monotonic(), 0.0)):
        due = max(due + pause, time.monotonic() - 1.0)
        number += 1
        try:
            status, body = _one(hosts[number % len(hosts)], 8080, number)
        except (OSError, http.client.HTTPException) as error:
            load.failed.append(f"{time.time():.1f} {hosts[number % len(hosts)]} {error!r}")
            continue
        if status == http.HTTPStatus.OK:
            load.versions[body.partition('"version": "')[2].partition('"')[0]] += 1
        else:
            load.failed.append(f"{time.time():.1f} {hosts[number % len(hosts)]} {status}")


@contextmanager
def under(hosts: list[str], rate: float = 250.0) -> Iterator[Load]:
    """Ask these hosts, in turn, as often as `rate` says a second, until the block ends and all are answered."""
    load, ended, started = Load(rate), threading.Event(), time.monotonic()
    threads = [threading.Thread(target=_ask, args=(load, hosts, start, ended)) for start in range(THREADS)]
    for each in threads:
        each.start()
    try:
        yield load
    finally:
        ended.set()
        load.seconds = time.monotonic() - started
        for each in threads:
            each.join()
        print(load)
