"""Entries of a Compose document, and the services of a swarm that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.stack.runtimes.swarm import services
from dockgate.stack.runtimes.swarm.contents import Content

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGE = f"shop/api@sha256:{'1' * 64}"
SECOND = 1_000_000_000
CONTEXT = services.Context(
    project="shop-prod",
    owned={"owner": "shop"},
    contents={
        ("secrets", "KEY"): Content("secrets", "KEY", "shop-prod_KEY-1"),
        ("configs", "app"): Content("configs", "app", "shop-prod_app-2"),
    },
    networks={"back": "shop-prod_back", "front": "shop-prod_front"},
    volumes={
        "data": {"name": "shop-prod_data", "labels": {"keep": "yes"}},
        "far": {"name": "far", "driver": "nfs", "driver_opts": {"device": ":/far"}},
        "bare": {"name": "bare", "driver": "nfs"},
        "near": {"name": "near", "driver_opts": {"type": "none"}},
    },
    parallel=2,
)


def made(entry: Mapping[str, Any], *, job: bool = False) -> services.Wanted:
    """Return a service of this entry."""
    return services.wanted(CONTEXT, "api", {"image": IMAGE, **entry}, job=job, level=3)


def inside(**entry: Any) -> Mapping[str, Any]:
    """Return its container, without what each has."""
    container = made(entry).spec["TaskTemplate"]["ContainerSpec"]
    return {key: value for key, value in container.items() if key not in {"Image", "Labels", "StopGracePeriod"}}
