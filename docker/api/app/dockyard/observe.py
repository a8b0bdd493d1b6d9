"""One log line and the metrics for each request."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("http_requests_total", "Requests answered.", ["handler", "method", "status"])
SECONDS = Histogram("http_request_duration_seconds", "Time to the end of the answer.", ["handler"])
QUIET = {"healthz", "readyz", "metrics"}
logger = logging.getLogger(__name__)


class Observe:
    """ASGI middleware around the whole application; it sees status and time, never bodies or credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, give it an id, and say afterwards what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if re.fullmatch(r"[\w-]{1,64}", given) else uuid.uuid4().hex
        status, begun = 500, time.perf_counter()

        async def forward(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, forward)
        finally:
            self._note(scope, status, time.perf_counter() - begun, request_id)

    @staticmethod
    def _note(scope: Scope, status: int, seconds: float, request_id: str) -> None:
        handler = getattr(scope.get("endpoint"), "__name__", "none")
        REQUESTS.labels(handler, scope["method"], status).inc()
        SECONDS.labels(handler).observe(seconds)
        fields = {
            "request_id": request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "client": (scope.get("client") or ("",))[0],
        }
        level = logging.DEBUG if handler in QUIET else logging.INFO
        logger.log(level, "request", extra={"fields": fields})
