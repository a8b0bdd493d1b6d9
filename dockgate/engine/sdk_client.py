"""The engine through the Docker SDK: remote engines, and everything that is not on the fast path.

Engine(endpoint)    a `wire.EngineClient`, and: info remove networks volumes remove_network remove_volume
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from functools import cached_property
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import MissingToolError
from dockgate.core.readable import readable
from dockgate.engine.api import RefusedError
from dockgate.engine.socket_client import VERSIONED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docker.types.daemon import CancellableStream

    from docker import DockerClient
    from dockgate.core.endpoint import Endpoint

TIMEOUT = 90  # seconds, chosen: a removal waits for stop_grace_period
_LOADING = Lock()


class SdkStream:
    """Events from the SDK's own stream."""

    def __init__(self, stream: CancellableStream[dict[str, Any]]) -> None:
        """Take over the stream."""
        self._stream = stream

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the events as they come; ends when the stream is lost or closed."""
        import requests  # noqa: PLC0415 - heavy, and loaded by the SDK already

        with suppress(OSError, ValueError, requests.RequestException):
            yield from self._stream

    def close(self) -> None:
        """End the stream."""
        with suppress(OSError, AttributeError):
            self._stream.close()


class Engine:
    """A `wire.EngineClient` through the SDK, and the operations that only slow paths need."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Keep the endpoint; nothing is opened yet."""
        self.endpoint = endpoint

    @cached_property
    def client(self) -> DockerClient:
        """Return the SDK's client, with the TLS material that the Docker client itself would use."""
        _load()
        from docker.context import ContextAPI  # noqa: PLC0415 - heavy
        from docker.utils import kwargs_from_env  # noqa: PLC0415 - heavy

        import docker  # noqa: PLC0415 - heavy

        with self._errors():
            if self.endpoint.context == "default":
                tls = kwargs_from_env().get("tls", False)
            else:
                tls = ContextAPI.get_context(self.endpoint.context).TLSConfig or False
            ssh = self.endpoint.host.startswith("ssh://")
            if ssh and find_spec("paramiko") is None:
                raise MissingToolError(
                    "ssh:// needs the package paramiko: the Docker SDK imports it, and then runs this machine's ssh",
                    fix="install the extra: pip install 'dockgate[ssh]'",
                )
            return docker.DockerClient(base_url=self.endpoint.host, tls=tls, timeout=TIMEOUT, use_ssh_client=ssh)

    def containers(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the containers that match, stopped ones too."""
        with self._errors():
            return list(self.client.api.containers(all=True, filters=dict(filters)))

    def inspect(self, container: str) -> dict[str, Any]:
        """Return everything about one container."""
        with self._errors():
            return dict(self.client.api.inspect_container(container))

    def image(self, ref: str) -> dict[str, Any]:
        """Return everything about one image; RefusedError 404 where there is none."""
        with self._errors():
            return dict(self.client.images.get(ref).attrs)

    def network(self, ref: str) -> dict[str, Any]:
        """Return everything about one network, by name or id; RefusedError 404 where there is none."""
        with self._errors():
            return dict(self.client.api.inspect_network(ref))

    def volume(self, ref: str) -> dict[str, Any]:
        """Return everything about one volume; RefusedError 404 where there is none."""
        with self._errors():
            return dict(self.client.api.inspect_volume(ref))

    def start(self, container: str) -> None:
        """Start a container; one that runs already is left alone."""
        with self._errors():
            self.client.api.start(container)

    def stop(self, container: str, seconds: int) -> None:
        """Stop a container, killing it after so many seconds; one that is stopped already is left alone."""
        with self._errors():
            self.client.api.stop(container, timeout=seconds)

    def logs(self, container: str, tail: int) -> str:
        """Return the last lines that a container said on stdout and stderr."""
        with self._errors():
            return readable(bytes(self.client.api.logs(container, tail=tail)))

    def events(self, filters: Mapping[str, Sequence[str]], since: str) -> SdkStream:
        """Subscribe to events, `since` a time in the engine's clock (seconds.nanoseconds), else from now."""
        with self._errors():
            query: dict[str, Any] = {"filters": dict(filters)} | ({"since": since} if since else {})
            return SdkStream(self.client.api.events(decode=True, **query))

    def info(self) -> dict[str, Any]:
        """Return what the engine says of itself: image store, storage root, time, security options, warnings."""
        with self._errors():
            return dict(self.client.info())

    def remove(self, container: str) -> None:
        """Remove a container, running or not, and its anonymous volumes."""
        with self._errors():
            self.client.api.remove_container(container, v=True, force=True)

    def images(self, reference: str) -> list[dict[str, Any]]:
        """Return the images whose name matches a pattern such as `shop/*`."""
        with self._errors():
            return list(self.client.api.images(name=reference))

    def remove_image(self, reference: str) -> None:
        """Remove one tag, and the image with its last one; RefusedError where a container has it."""
        with self._errors():
            self.client.api.remove_image(reference)

    def networks(self, labels: Sequence[str]) -> list[dict[str, Any]]:
        """Return the networks that carry all these labels (`name` or `name=value`)."""
        with self._errors():
            return list(self.client.api.networks(filters={"label": list(labels)}))

    def volumes(self, labels: Sequence[str]) -> list[dict[str, Any]]:
        """Return the volumes that carry all these labels."""
        with self._errors():
            return list(self.client.api.volumes(filters={"label": list(labels)}).get("Volumes") or [])

    def remove_network(self, network: str) -> None:
        """Remove a network that nothing uses."""
        with self._errors():
            self.client.api.remove_network(network)

    def remove_volume(self, volume: str) -> None:
        """Remove a volume, and its data with it."""
        with self._errors():
            self.client.api.remove_volume(volume)

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = TIMEOUT,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Send one request, `body` as JSON; return the answer's bytes."""
        with self._errors():
            api = self.client.api
            address = api.base_url + (path if path.startswith(VERSIONED) else f"/v{api.api_version}{path}")
            more = dict(headers or {})
            answer = api.request(method, address, params=dict(query or {}), json=body, timeout=timeout, headers=more)
        if not answer.ok:
            raise RefusedError(_reason(answer.content), answer.status_code)
        return answer.content

    @contextmanager
    def _errors(self) -> Iterator[None]:
        _load()
        import requests  # noqa: PLC0415 - heavy
        from docker.errors import APIError, DockerException  # noqa: PLC0415 - heavy

        try:
            yield
        except APIError as error:
            raise RefusedError(str(error.explanation or error), error.status_code or 0) from error
        except (DockerException, requests.RequestException, OSError) as error:
            raise MissingToolError(
                f"the engine at {self.endpoint} does not answer: {error}",
                fix="inv doctor shows what is missing and how to install it",
            ) from error


def _load() -> None:
    """Import the SDK whole, in one thread: its packages import each other, and two threads would see half of them."""
    with _LOADING:
        import docker.errors  # noqa: F401, PLC0415 - heavy, and for what it makes of sys.modules


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return readable(body)
