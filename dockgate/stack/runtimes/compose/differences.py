"""Which containers are not what their services are now, and why: pure.

of(model, containers, images, lost) -> {id: cause}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core import digests
from dockgate.core.labels import CONTENTS, DEFINITION, SECRETS
from dockgate.engine.containers import IMAGE_ID

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dockgate.compose.model import Model, Service
    from dockgate.engine.containers import Container


def of(
    model: Model, containers: Sequence[Container], images: Mapping[str, str], lost: Collection[str]
) -> dict[str, str]:
    """Return the containers that another one takes the place of; arguments as `changes.plan` has them."""
    found = {one.id: cause for one in containers if (cause := _difference(model, one, images, lost))}
    cause = "its network is of a container that is replaced"
    return found | {one.id: cause for one in _bereft(model, containers, found)}


def _difference(model: Model, one: Container, images: Mapping[str, str], lost: Collection[str]) -> str:
    service = model.services[one.service]
    had, has = one.labels.get(IMAGE_ID), images.get(service.image)
    if had and has and had != has:
        return f"image {service.image} changed from {digests.short(had)} to {digests.short(has)}"
    if one.config_hash == service.config_hash:
        return _unconnected(service, one, lost)
    made = service.labels.get(DEFINITION)
    cause = _cause(service, one)
    # Compose's hash of a service that shares a network has the id of another container in it.
    same = not cause and made and one.labels.get(DEFINITION) == made
    return _unconnected(service, one, lost) if same else cause or "configuration changed"


def _cause(service: Service, one: Container) -> str:
    """Return what of a container is known to differ from its service; the hash says the rest."""
    if one.image != service.image:
        return f"image {digests.short(one.image)} → {digests.short(service.image)}"
    if one.labels.get(SECRETS, "") != service.labels.get(SECRETS, ""):
        return "a secret of the service changed"
    if one.labels.get(CONTENTS, "") != service.labels.get(CONTENTS, ""):
        return "the content of a config changed"
    return ""


def _unconnected(service: Service, one: Container, lost: Collection[str]) -> str:
    gone = [name for name, network in one.networks.items() if network in lost]
    if gone and not one.running:
        return f"network {gone[0]} was removed"
    missing = [name for name in service.networks if name not in one.networks]
    return f"not connected to network {missing[0]}" if missing else ""


def _bereft(model: Model, known: Sequence[Container], remade: Collection[str]) -> Iterator[Container]:
    """Yield the containers whose network is of one that goes, or has gone: it cannot be joined again."""
    written = model.raw.get("services") or {}
    stays = {one.id for one in known} - {*remade}
    for one in known:
        shared = str((written.get(one.service) or {}).get("network_mode") or "").startswith("service:")
        if shared and one.joined and one.id not in remade and one.joined not in stays:
            yield one
