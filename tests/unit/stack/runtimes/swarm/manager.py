"""A manager as far as a deployment asks it: objects in memory, and tasks that do what a test says."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from dockgate.engine.api import RefusedError
from tests.unit.stack.runtimes.swarm import stacks

if TYPE_CHECKING:
    from collections.abc import Mapping

GONE, TAKEN, OLD = 404, 409, 500


class Killed(BaseException):
    """The operator is gone: nothing after this is done."""


class Manager:
    """An `api.Requests`; a service whose image is in `bad` gets failed tasks and goes back, as a swarm does it."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {
            kind: {} for kind in ("services", "networks", "secrets", "configs")
        }
        self.bad: set[str] = set()
        self.dies: set[str] = set()
        self.looks = 0
        self.said: list[str] = []
        self.logins: list[str] = []
        self.held: dict[str, list[dict[str, Any]]] = {}
        self.counter = 0
        self.last = -1

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = 15.0,  # noqa: ARG002 - as an engine is asked
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Answer as the Engine API does."""
        self.logins += [headers["X-Registry-Auth"]] if headers else []
        if method == "GET":
            return json.dumps(self._get(path, query or {})).encode() if not path.endswith("/logs") else b""
        if len(self.said) == self.last:
            raise Killed
        self.said.append(f"{method} {path.partition('?')[0]} {self._name(path, body)}".strip())
        return json.dumps(self._change(method, path, query or {}, body)).encode()

    def named(self, kind: str, name: str) -> dict[str, Any] | None:
        """Return an object by its name."""
        return next((each for each in [*self.objects[kind].values()] if each["Spec"]["Name"] == name), None)

    def names(self, kind: str) -> list[str]:
        """Return the names of a kind."""
        return sorted(each["Spec"]["Name"] for each in self.objects[kind].values())

    def image(self, key: str) -> str:
        """Return what a service runs."""
        found = self.named("services", f"shop-prod_{key}")
        return str(found["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]) if found else ""

    def _name(self, path: str, body: object) -> str:
        parts = path.split("/")
        found = self.objects.get(parts[1], {}).get(parts[2]) if len(parts) > 2 else None
        return str(found["Spec"]["Name"] if found else body.get("Name", "") if isinstance(body, dict) else "")

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        filters = json.loads(query.get("filters", "{}"))
        kind = path.strip("/")
        if kind == "nodes":
            return [stacks.node()]
        if kind == "info":
            return {"Swarm": {"NodeID": "n1"}}
        if kind == "tasks":
            self.looks += 1
            return [task for each in self.objects["services"].values() for task in self._tasks(each)]
        found = [*self.objects[kind].values()]  # a lock is renewed meanwhile
        return [self._shown(kind, each) for each in found if _matches(each["Spec"], filters)]

    def _shown(self, kind: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        if kind == "networks":
            return {"Id": entry["ID"], **entry["Spec"]}
        return {**entry, "ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 1}} if kind == "services" else entry

    def _tasks(self, service: Mapping[str, Any]) -> list[dict[str, Any]]:
        spec, ident = service["Spec"], service["ID"]
        image = spec["TaskTemplate"]["ContainerSpec"]["Image"]
        job = "ReplicatedJob" in spec["Mode"]
        bad = image in self.bad or (image in self.dies and self.looks > 3)
        state = "failed" if bad else "complete" if job else "running"
        count = (spec["Mode"].get("Replicated") or {}).get("Replicas", 1)
        status = {"ContainerStatus": {"ExitCode": 3}, "Err": "task: non-zero exit (3)"} if bad else {}
        given = {"Spec": spec["TaskTemplate"], "status": status}
        return [stacks.task(f"{ident}.{slot}", ident, state, **{**given, "Slot": slot}) for slot in range(count)]

    def _change(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        _, kind, ident, *rest = path.split("/")
        table = self.objects[kind]
        if ident == "create":
            if self.named(kind, body["Name"]):
                raise RefusedError("exists", TAKEN)
            self.counter += 1
            table[f"{kind}{self.counter}"] = {"ID": f"{kind}{self.counter}", "Version": {"Index": 1}, "Spec": body}
            return {"ID": f"{kind}{self.counter}"}
        if ident not in table:
            raise RefusedError("not found", GONE)
        if method == "DELETE":
            del table[ident]
            return {}
        assert rest == ["update"]
        return self._update(table[ident], query, body)

    def _update(self, entry: dict[str, Any], query: Mapping[str, str], body: Any) -> Any:
        if query["version"] != str(entry["Version"]["Index"]):
            raise RefusedError("update out of sequence", OLD)
        before = entry["Spec"]
        self.held.setdefault(body["Name"], []).append(body.get("UpdateConfig", {}))
        entry["Version"] = {"Index": entry["Version"]["Index"] + 1}
        entry["Spec"], entry["UpdateStatus"] = body, {"State": "completed"}
        template = body.get("TaskTemplate")
        if template and template["ContainerSpec"]["Image"] in self.bad:
            entry["Spec"] = before
            entry["UpdateStatus"] = {"State": "rollback_completed", "Message": "update rolled back due to failure"}
        return {}


def data(entry: Mapping[str, Any]) -> bytes:
    """Return what a secret or config holds."""
    return base64.b64decode(entry["Spec"]["Data"])


def _matches(spec: Mapping[str, Any], filters: Mapping[str, list[str]]) -> bool:
    wanted = dict(each.partition("=")[::2] for each in filters.get("label", ()))
    known = spec.get("Labels") or {}
    named = filters.get("name")
    return all(known.get(key) == value for key, value in wanted.items()) and (not named or spec["Name"] in named)
