"""Compose documents as a swarm's planner gets them, and a manager's answers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition
from dockgate.core import labels
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.project import Environment
from dockgate.core.secret import Secret
from dockgate.core.target import Target
from dockgate.stack.prepare import Prepared
from dockgate.stack.runtimes.swarm import desired, seen
from dockgate.stack.runtimes.swarm.settings import Settings
from tests import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.env.resolved import ResolvedEnv
    from dockgate.stack.runtimes.swarm.desired import Desired
    from dockgate.stack.runtimes.swarm.seen import Seen
    from dockgate.stack.runtimes.swarm.services import Wanted

FOLDER = "/run/user/0/dockgate/shop-prod"
KEY = b"k" * 32
PROBE = {"test": ["CMD", "true"], "interval": "10s"}
PROD = Environment("prod", ("c.yaml",), (), "", "", protected=True, endpoints=(), profiles=(), images={})
TARGET = Target("/somewhere", "shop", PROD, "", Endpoint("unix:///nowhere", "DOCKER_HOST"))


def image(name: str, mark: str = "a") -> str:
    """Return a pinned image."""
    return f"shop/{name}:1@sha256:{mark * 64}"


def shop(mark: str = "a", **api: Any) -> dict[str, Any]:
    """Return a small shop: a database with a volume, a migration, an API behind a gateway."""
    wait = {"db": {"condition": "service_healthy"}}
    return {
        "name": "shop-prod",
        "networks": {"default": {"name": "shop-prod_default"}},
        "volumes": {"data": {"name": "shop-prod_data"}},
        "secrets": {"PASSWORD": {"name": "shop-prod_PASSWORD", "file": f"{FOLDER}/PASSWORD"}},
        "configs": {"site": {"name": "shop-prod_site", "content": "hello $$you"}},
        "services": {
            "db": _service("db", volumes=[{"type": "volume", "source": "data", "target": "/data"}]),
            "migrate": _service("migrate", mark, depends_on=wait, healthcheck=None),
            "api": _service(
                "api",
                mark,
                **{
                    "depends_on": {"migrate": {"condition": "service_completed_successfully"}, **wait},
                    "secrets": [{"source": "PASSWORD", "target": "/run/secrets/PASSWORD"}],
                    "environment": {"LEVEL": "info", "PRICE": "5$$=x", "UNSET": None},
                    "deploy": {"replicas": 2},
                    **api,
                },
            ),
            "gateway": _service(
                "gateway",
                depends_on={"api": {"condition": "service_healthy"}},
                configs=[{"source": "site"}],
                ports=[{"mode": "ingress", "target": 443, "published": "8443", "protocol": "tcp"}],
            ),
        },
    }


def _service(name: str, mark: str = "a", **more: Any) -> dict[str, Any]:
    return {
        "image": image(name, mark),
        "networks": {"default": None},
        "healthcheck": PROBE,
        "restart": "always",
        **more,
    }


def prepared(document: Mapping[str, Any], key: bytes = KEY, **secrets: str) -> Prepared:
    """Return a stack that could be deployed."""
    values = {name: Secret(value) for name, value in ({"PASSWORD": "pw"} | secrets).items()}
    resolved = cast("ResolvedEnv", SimpleNamespace(secrets=lambda: values))
    composition = Composition((), {"DOCKGATE_SECRETS": FOLDER}, Path("/"), Model.parse(document))
    return Prepared(TARGET, resolved, {}, composition, key)


def stack(document: Mapping[str, Any] | None = None, **settings: Any) -> Desired:
    """Return what a document asks of a swarm."""
    found = desired.desired(prepared(document or shop()), Settings(**settings))
    said.hold(Path(__file__).with_name("notes.txt"), map(str, found.notes))
    return found


def named(found: Desired, key: str) -> Wanted:
    """Return one service."""
    return next(each for each in found.services if each.key == key)


def container(found: Desired, key: str) -> Any:
    """Return the container's part of a service's specification."""
    return named(found, key).spec["TaskTemplate"]["ContainerSpec"]


def task(ident: str, service: str, state: str = "running", **more: Any) -> dict[str, Any]:
    """Return a task as a manager has it."""
    wanted = more.pop("wanted", "running")
    status = {"State": state, "Timestamp": "2026-11-28T12:00:00Z", **more.pop("status", {})}
    spec = {"ContainerSpec": {"Image": image("api"), "Healthcheck": {"Test": ["CMD", "true"]}, "Labels": {}}}
    document = {"ID": ident, "ServiceID": service, "Slot": 1, "NodeID": "n1", "CreatedAt": f"2026-11-28T{ident}"}
    return {**document, "DesiredState": wanted, "Status": status, "Spec": spec, **more}


def node(ident: str = "n1", address: str = "10.0.0.1") -> dict[str, Any]:
    """Return a node as a manager has it."""
    state = {"State": "ready", "Addr": address}
    return {
        "ID": ident,
        "Description": {"Hostname": f"node-{ident}"},
        "Status": state,
        "Spec": {"Availability": "active"},
    }


def deployed(found: Desired) -> Seen:
    """Return a swarm on which everything is as it should be."""
    documents = [{"ID": each.name, "Version": {"Index": 1}, "Spec": each.spec} for each in found.services]
    tasks = [task("1", each.name, "complete" if each.job else "running") for each in found.services]
    contents = frozenset((each.kind, each.name) for each in found.contents)
    running, known = seen.services(documents), seen.nodes([node()], "")
    there = seen.containers(running, tasks, known)
    return seen.Seen(
        there,
        services=running,
        tasks=tuple(tasks),
        nodes=known,
        networks=frozenset(found.networks),
        contents=contents,
    )


def owner() -> dict[str, str]:
    """Return the labels that every object of the stack has."""
    return {
        labels.PROJECT: "shop",
        labels.ENVIRONMENT: "prod",
        labels.INSTANCE: "",
        "com.docker.stack.namespace": "shop-prod",
    }


def changed(key: str, **more: Any) -> dict[str, Any]:
    """Return the shop with a service that has more."""
    document = shop()
    document["services"][key] |= more
    return document


def refused(key: str, **more: Any) -> str:
    """Return how the shop with that is refused."""
    with pytest.raises(ConfigError) as caught:
        stack(changed(key, **more))
    return str(caught.value)
