"""Structured logs, and one line and the metrics for each request."""

import logging
import sys
import time
from datetime import UTC, datetime

import msgspec
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("http_requests_total", "Requests answered.", ["handler", "method", "status"])
SECONDS = Histogram("http_request_duration_seconds", "Time to the end of the answer.", ["handler"])
# Probes and scrapes are logged at level debug only.
QUIET = {"healthz", "readyz", "metrics"}
logger = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """Formats a record, with the mapping given as `extra={"fields": …}`, as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"time": when, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        trace = {"exception": self.formatException(record.exc_info)} if record.exc_info else {}
        return msgspec.json.encode(entry | getattr(record, "fields", {}) | trace, enc_hook=str).decode()


def configure_logs(level: str) -> None:
    """Send every logger's records to stdout as JSON, from `level` up."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class Observe:
    """ASGI middleware around the application; it sees status and time, never bodies or credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note afterwards what became of it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        status, begun, given = 500, time.perf_counter(), Headers(scope=scope)

        async def forward(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, forward)
        finally:
            handler, seconds = getattr(scope.get("endpoint"), "__name__", "none"), time.perf_counter() - begun
            REQUESTS.labels(handler, scope["method"], status).inc()
            SECONDS.labels(handler).observe(seconds)
            fields = {"method": scope["method"], "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
            fields |= {"client": (scope.get("client") or [""])[0], "request_id": given.get("x-request-id", "")}
            logger.log(logging.DEBUG if handler in QUIET else logging.INFO, "request", extra={"fields": fields})
