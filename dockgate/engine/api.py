"""What Dockgate asks of an engine on its fast path, over a local socket or the SDK.

Answers are the engine's own JSON documents; `observe` gives them types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dockgate.core.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class RefusedError(ToolFailedError):
    """The engine answered, and said no; `status` is its HTTP status."""

    def __init__(self, what: str, status: int) -> None:
        """Keep the status: 404 is an answer to some questions."""
        super().__init__(what)
        self.status = status


class Stream(Protocol):
    """The engine's events, one JSON document each, until `close()`, which any thread may call."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the events as they come; ends when the stream is lost or closed."""

    def close(self) -> None:
        """End the stream; a thread that waits for its next event returns."""


class Requests(Protocol):
    """An engine's API as it is, for what has no method of its own: the swarm's objects."""

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = ...,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Send one request, `body` as JSON; return the answer's bytes, RefusedError where the engine says no.

        A path that begins with a version (`/v1.47/…`) is asked for in that version of the API.
        """


class EngineClient(Protocol):
    """An engine's API, as far as observing and starting a stack needs it."""

    def containers(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the containers that match, stopped ones too."""

    def inspect(self, container: str) -> dict[str, Any]:
        """Return everything about one container."""

    def image(self, ref: str) -> dict[str, Any]:
        """Return everything about one image; RefusedError 404 where there is none."""

    def network(self, ref: str) -> dict[str, Any]:
        """Return everything about one network, by name or id; RefusedError 404 where there is none."""

    def volume(self, ref: str) -> dict[str, Any]:
        """Return everything about one volume; RefusedError 404 where there is none."""

    def start(self, container: str) -> None:
        """Start a container; one that runs already is left alone."""

    def stop(self, container: str, seconds: int) -> None:
        """Stop a container, killing it after so many seconds; one that is stopped already is left alone."""

    def remove(self, container: str) -> None:
        """Remove a container, running or not, and its anonymous volumes."""

    def logs(self, container: str, tail: int) -> str:
        """Return the last lines that a container said on stdout and stderr."""

    def events(self, filters: Mapping[str, Sequence[str]], since: str) -> Stream:
        """Subscribe to events, `since` a time in the engine's clock (seconds.nanoseconds), else from now."""


class Client(EngineClient, Requests, Protocol):
    """Both: what a connection to an engine is."""
