"""Does a stack answer with the version that it should run? Asked at every address that it publishes for HTTP."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError
from dockgate.core.readable import readable
from dockgate.stack import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockgate.core.target import Target
    from dockgate.engine.containers import Container

SECONDS = 10.0  # chosen: the stack is healthy then, and a request takes milliseconds
PATIENCE = 10.0  # seconds; chosen: callers of a replaced container find the new one within two
AGAIN = 0.5  # seconds between two attempts; a gateway may ask for the addresses behind it once a second
MOST = 65536  # bytes of an answer that are searched for the version; chosen


def ask(stage: Target, running: Iterable[Container], path: str, version: str) -> list[str]:
    """Return the addresses that were asked; ToolFailedError unless one of them answers 200 with the version."""
    reached = addresses.addresses(running)
    urls = [f"{address}{path}" for address in reached if address.scheme in {"http", "https"}]
    if not urls:
        raise ToolFailedError(f"{stage.project} publishes no address to ask", fix="[tool.dockgate.release] smoke")
    end = time.monotonic() + PATIENCE
    while True:
        answers = [_ask(url) for url in urls]
        if any(status == HTTPStatus.OK and version in body for status, body in answers):
            return urls
        if time.monotonic() >= end:
            got = "; ".join(f"{url}: {status} {body[:80]}" for url, (status, body) in zip(urls, answers, strict=True))
            raise ToolFailedError(
                f"{stage.project} does not answer with its version {version}: {got}",
                fix=f"inv status {stage.flags} shows what runs",
            )
        time.sleep(AGAIN)


def _ask(url: str) -> tuple[int, str]:
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # which version answers is no secret
    direct = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with urllib.request.build_opener(*direct).open(url, timeout=SECONDS) as answer:
            return int(answer.status), readable(answer.read(MOST))
    except urllib.error.HTTPError as error:
        return error.code, ""
    except (OSError, HTTPException) as error:  # no HTTP, or an answer that was cut off
        return 0, str(error).strip()
