"""The overlay that Dockgate puts on top of an environment's Compose files: labels, and free ports for instances."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dockgate.compose import readers
from dockgate.core import labels

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dockgate.core.target import Target


def text(
    document: Mapping[str, Any],
    target: Target,
    versions: Mapping[str, str],
    *,
    folder: str,
    learners: Mapping[str, str],
    ephemeral: bool,
) -> str:
    """Return the overlay for a resolved `document`, as YAML (JSON with the `!override` tag).

    A service's label `profiles` names what switched it on. Its label `secrets` changes with the versions of the secrets
    that it gets from `folder`, so that Compose recreates their readers, whatever the schema says of them; but for
    `learners`, the service that is told a new value while it runs.
    """
    common = labels.of(target)
    own = {name: readers.secrets(document, name, folder) for name in document.get("services", {})}
    services = {
        name: _service(service, common, _known(name, own[name], versions, learners), ephemeral=ephemeral)
        for name, service in document.get("services", {}).items()
    }
    parts = {
        "networks": _owned(document.get("networks", {}), common),
        "volumes": _owned(document.get("volumes", {}), common),
    }
    written = "".join(f"  {json.dumps(name)}: {service}\n" for name, service in services.items())
    return f"services:\n{written}" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in parts.items())


def _known(
    service: str, secrets: Collection[str], versions: Mapping[str, str], learners: Mapping[str, str]
) -> tuple[str, ...]:
    names = versions if readers.EVERY in secrets else secrets
    told = {name for name, learner in learners.items() if learner == service}
    return tuple(f"{name}={versions[name]}" for name in sorted(names) if name in versions and name not in told)


def _service(service: Mapping[str, Any], common: Mapping[str, str], read: tuple[str, ...], *, ephemeral: bool) -> str:
    known = "\n".join(read)
    own = {labels.SECRETS: hashlib.blake2b(known.encode(), digest_size=12).hexdigest()} if known else {}
    if profiles := service.get("profiles"):
        own[labels.PROFILES] = ",".join(profiles)
    written = f'{{"labels": {json.dumps({**common, **own})}'
    if ephemeral and service.get("ports"):
        # The engine chooses the published ports; without the tag, Compose would append to the list.
        written += f', "ports": !override {json.dumps([{**port, "published": "0"} for port in service["ports"]])}'
    return written + "}"


def _owned(objects: Mapping[str, Any], common: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"labels": dict(common)} for name, entry in objects.items() if not (entry or {}).get("external")}
