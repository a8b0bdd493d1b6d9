"""A swarm through the Engine API of one of its managers: services, tasks, nodes, networks, secrets and configs.

Swarm(wire)    wire: an `api.Requests`; documents are the engine's own
"""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from dockgate.core.errors import MissingToolError
from dockgate.core.readable import readable
from dockgate.engine.api import RefusedError
from dockgate.engine.socket_client import unframe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.engine.api import Requests

Kind = Literal["services", "networks", "secrets", "configs"]
WRITE = 60.0  # seconds, chosen: a manager answers when its followers have it
NOT_A_MANAGER = HTTPStatus.SERVICE_UNAVAILABLE


class Swarm:
    """The objects of a swarm that carry a label, and changes of them."""

    def __init__(self, wire: Requests, login: Callable[[str], str] = lambda _image: "") -> None:
        """Keep the way to the manager; nothing is asked yet.

        `login` gives the credentials of an image's registry (`registry_auth.header`): the swarm keeps them with the
        service, for the nodes that pull it.
        """
        self.wire = wire
        self._login = login

    def listed(self, kind: Kind, label: str) -> list[dict[str, Any]]:
        """Return the objects of a kind that carry a label; a service with how many of its tasks run."""
        more = {"status": "true"} if kind == "services" else {}
        return list(self._read(f"/{kind}", {"filters": _filters(label=[label]), **more}))

    def named(self, kind: Kind, name: str) -> dict[str, Any] | None:
        """Return one object by its whole name, None where there is none."""
        found: list[dict[str, Any]] = self._read(f"/{kind}", {"filters": _filters(name=[name])})
        return next((each for each in found if (each.get("Spec") or each).get("Name") == name), None)

    def tasks(self, label: str) -> list[dict[str, Any]]:
        """Return the tasks of the services that carry a label, those that ended too."""
        return list(self._read("/tasks", {"filters": _filters(label=[label])}))

    def nodes(self) -> list[dict[str, Any]]:
        """Return the nodes."""
        return list(self._read("/nodes"))

    def info(self) -> dict[str, Any]:
        """Return what the engine says of itself."""
        return dict(self._read("/info"))

    def create(self, kind: Kind, body: Mapping[str, Any]) -> str:
        """Create an object; return its id. RefusedError 409 where one of its name exists."""
        answer = json.loads(self._write("POST", f"/{kind}/create", None, body, self._credentials(kind, body)))
        return str(answer.get("ID") or answer["Id"])

    def update(self, kind: Kind, found: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
        """Give an object another specification; RefusedError where it was changed since it was read."""
        version = {"version": str(found["Version"]["Index"])}
        self._write("POST", f"/{kind}/{found['ID']}/update", version, spec, self._credentials(kind, spec))

    def remove(self, kind: Kind, ident: str) -> bool:
        """Remove an object; return whether it was there."""
        try:
            self._write("DELETE", f"/{kind}/{ident}", None, None)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def logs(self, kind: Literal["services", "tasks"], ident: str, query: Mapping[str, str]) -> str:
        """Return lines of a service or a task, as far as its node answers."""
        asked = {"stdout": "1", "stderr": "1", **query}
        return readable(unframe(self.wire.request("GET", f"/{kind}/{ident}/logs", asked)))

    def _read(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        return json.loads(self._sent("GET", path, query, None))

    def _credentials(self, kind: Kind, spec: Mapping[str, Any]) -> dict[str, str]:
        found = self._login(str(spec["TaskTemplate"]["ContainerSpec"]["Image"])) if kind == "services" else ""
        return {"X-Registry-Auth": found} if found else {}

    def _write(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: object,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        return self._sent(method, path, query, body, WRITE, headers)

    def _sent(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: object,
        timeout: float = 15.0,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        try:
            return self.wire.request(method, path, query, body, timeout, headers)
        except RefusedError as error:
            if error.status != NOT_A_MANAGER:
                raise
            raise MissingToolError(
                f"the engine is not a manager of a swarm: {error.what.partition('.')[0]}",
                fix="docker swarm init makes one of it; or name a manager: --context, DOCKER_HOST",
            ) from error


def blob(name: str, data: bytes, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a secret or config as the API takes it."""
    return {"Name": name, "Data": base64.b64encode(data).decode(), "Labels": dict(labels)}


def _filters(**values: list[str]) -> str:
    return json.dumps(values)
