"""A whole stack as it should be on a swarm: from what is prepared to values, without asking an engine."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the Struct reads the types of its fields
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.compose import readers
from dockgate.compose.source_map import SourceMap
from dockgate.core import labels
from dockgate.core.errors import ConfigError
from dockgate.stack.runtimes.swarm import contents, parts, services
from dockgate.stack.runtimes.swarm.contents import Content  # noqa: TC001 - as above
from dockgate.stack.runtimes.swarm.said import Note
from dockgate.stack.runtimes.swarm.services import Context, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.compose.model import Model
    from dockgate.core.target import Target
    from dockgate.stack.prepare import Prepared
    from dockgate.stack.runtimes.swarm.settings import Settings

NAMESPACE = "com.docker.stack.namespace"  # by which `docker stack ps` finds it too


class Desired(Struct, frozen=True):
    """Services in the order in which they are deployed, networks by name, contents, and what is read otherwise."""

    project: str
    services: tuple[Wanted, ...]
    networks: Mapping[str, Mapping[str, Any]]
    contents: tuple[Content, ...]
    notes: tuple[Note, ...]

    @property
    def levels(self) -> tuple[tuple[Wanted, ...], ...]:
        """Return the services in groups: those of one group do not wait for each other."""
        found = sorted({each.level for each in self.services})
        return tuple(tuple(each for each in self.services if each.level == level) for level in found)


def desired(prepared: Prepared, settings: Settings, *, parallel: int = 1) -> Desired:
    """Return the stack; ConfigError for what a swarm does not have."""
    model = prepared.composition.model
    raw: Mapping[str, Mapping[str, Any]] = model.raw.get("services") or {}
    held = contents.of(prepared)
    owned = ownership(prepared.target)
    names = {key: str(entry.get("name") or key) for key, entry in model.networks.items()}
    context = Context(model.project, owned, held, names, model.volumes, settings.endpoint_mode, parallel)
    found, notes = [], list[Note]()
    places = _levels(model)
    for key in model.order():
        with _placed(prepared.target, key):
            _no_folder(prepared, key, raw[key])
            made = services.wanted(context, key, raw[key], job=model.services[key].one_shot, level=places[key])
        found.append(made)
        notes += services.notes(key, raw[key], made)
    notes += [Note(f"network {key}", "an overlay on a swarm") for key in sorted(names) if _bridged(model, key)]
    networks = {names[key]: _network(names[key], entry, owned) for key, entry in _own(model.networks)}
    return Desired(model.project, tuple(found), networks, tuple(held.values()), tuple(notes))


@contextmanager
def _placed(target: Target, key: str) -> Iterator[None]:
    """Give an error about a service the place of the service, where it has none."""
    try:
        yield
    except ConfigError as error:
        error.where = error.where or SourceMap(Path(target.root), target.environment.files)("services", key)
        raise


def ownership(target: Target) -> dict[str, str]:
    """Return the labels that say whose an object is; the checkout is none of them: any of them may deploy."""
    own = {key: value for key, value in labels.of(target).items() if key != labels.CHECKOUT}
    return {**own, NAMESPACE: target.project}


def _own(table: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key, entry) for key, entry in sorted(table.items()) if not entry.get("external")]


def _bridged(model: Model, key: str) -> bool:
    return model.networks[key].get("driver") == "bridge"


def _network(name: str, entry: Mapping[str, Any], owned: Mapping[str, str]) -> dict[str, Any]:
    # `bridge` and its options are one engine's.
    options = {} if entry.get("driver") == "bridge" else parts.plain(entry.get("driver_opts"))
    subnets = [{"Subnet": each["subnet"]} for each in (entry.get("ipam") or {}).get("config") or () if "subnet" in each]
    return {
        "Name": name,
        "Driver": "overlay",
        "Scope": "swarm",
        "Internal": bool(entry.get("internal")),
        "Attachable": bool(entry.get("attachable")),
        "Options": options,
        **({"IPAM": {"Config": subnets}} if subnets else {}),
        "Labels": {**{k: v for k, v in parts.plain(entry.get("labels")).items() if k != labels.CHECKOUT}, **owned},
    }


def _levels(model: Model) -> dict[str, int]:
    """Return how many services each has to wait for, one after the other."""
    found: dict[str, int] = {}
    for key in model.order():
        waits = model.services[key].depends_on
        found[key] = 1 + max((found[other] for other in waits if other in found), default=-1)
    return found


def _no_folder(prepared: Prepared, key: str, entry: Mapping[str, Any]) -> None:
    """Refuse a mount of the secrets' files: they exist on one machine, and a swarm has secrets of its own."""
    folder = prepared.composition.env.get(readers.FOLDER)
    for each in entry.get("volumes") or ():
        if folder and str(each.get("source") or "").startswith(folder):
            raise ConfigError(
                f"services.{key} mounts files of secrets, which are on no node of a swarm",
                fix=f"secrets: in services.{key} gives it the same under /run/secrets",
            )
