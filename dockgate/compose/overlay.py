"""The overlay that Dockgate puts on top of an environment's Compose files: labels, and free ports for instances."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping  # noqa: TC003 - the types of fields
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.compose import readers
from dockgate.core import labels

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockgate.core.target import Target


class Versions(Struct, frozen=True):
    """What a service's labels say of what it reads: keyed versions of secrets, digests of what configs hold.

    The secrets come from `folder`; `learners` are the services that are told a new value while they run. `definitions`
    are digests of services that Compose's hash cannot recognise.
    """

    secrets: Mapping[str, str]
    contents: Mapping[str, str]
    folder: str
    learners: Mapping[str, str]
    definitions: Mapping[str, str] = field(default_factory=dict)


def text(document: Mapping[str, Any], target: Target, versions: Versions, *, ephemeral: bool) -> str:
    """Return the overlay for a resolved `document`, as YAML (JSON with the `!override` tag).

    A service's label `profiles` names what switched it on. Its label `secrets` changes with the versions of the secrets
    that it gets, so that Compose recreates their readers, whatever the schema says of them; but for the learners. Its
    label `contents` does the same for the configs and secrets that have files of their own.
    """
    common = labels.of(target)
    services = {
        name: _service(service, {**common, **_labels(document, name, versions)}, ephemeral=ephemeral)
        for name, service in document.get("services", {}).items()
    }
    parts = {
        "networks": _owned(document.get("networks", {}), common),
        "volumes": _owned(document.get("volumes", {}), common),
    }
    written = "".join(f"  {json.dumps(name)}: {service}\n" for name, service in services.items())
    return f"services:\n{written}" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in parts.items())


def _labels(document: Mapping[str, Any], service: str, versions: Versions) -> dict[str, str]:
    known = "\n".join(_known(service, readers.secrets(document, service, versions.folder), versions))
    secrets = {labels.SECRETS: hashlib.blake2b(known.encode(), digest_size=12).hexdigest()} if known else {}
    content = versions.contents.get(service, "")
    made = versions.definitions.get(service, "")
    return secrets | ({labels.CONTENTS: content} if content else {}) | ({labels.DEFINITION: made} if made else {})


def _known(service: str, secrets: Collection[str], versions: Versions) -> tuple[str, ...]:
    names = versions.secrets if readers.EVERY in secrets else secrets
    told = {name for name, learner in versions.learners.items() if learner == service}
    return tuple(f"{name}={versions.secrets[name]}" for name in sorted(set(names) & versions.secrets.keys() - told))


def _service(service: Mapping[str, Any], own: dict[str, str], *, ephemeral: bool) -> str:
    if profiles := service.get("profiles"):
        own[labels.PROFILES] = ",".join(profiles)
    written = f'{{"labels": {json.dumps(own)}'
    if ephemeral and service.get("ports"):
        # The engine chooses the published ports; without the tag, Compose would append to the list.
        written += f', "ports": !override {json.dumps([{**port, "published": "0"} for port in service["ports"]])}'
    return written + "}"


def _owned(objects: Mapping[str, Any], common: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"labels": dict(common)} for name, entry in objects.items() if not (entry or {}).get("external")}
