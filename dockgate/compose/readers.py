"""Who reads what: the variables and secrets that each service of a Compose model gets, whichever way it gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.compose.variables import ANY, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = "DOCKGATE_SECRETS"  # the variable in which Compose files find the folder of the secrets' files
EVERY = "*"  # what a service gets that mounts the whole folder
SHARED = ("secrets", "configs", "networks", "volumes")


def used(resolved: Mapping[str, Any], written: Mapping[str, Any], folder: str) -> dict[str, list[str]]:
    """Return the names of all variables and secrets that the services get; of Compose's documents, see `readback`."""
    return {
        name: sorted({*_variables(written, name), *secrets(resolved, name, folder)} - {FOLDER})
        for name in resolved.get("services") or {}
    }


def secrets(resolved: Mapping[str, Any], service: str, folder: str) -> frozenset[str]:
    """Return the secrets whose files a service gets: from `folder`, whichever way, or made by Compose of a variable."""
    found = {str(part["environment"]) for part in _shared(resolved, service) if part.get("environment")}
    for part in _parts(resolved, service) if folder else ():
        for _, value in leaves(part):
            if value == folder:
                found.add(EVERY)
            elif value.startswith(f"{folder}/"):
                found.add(value.removeprefix(f"{folder}/").partition("/")[0])
    return frozenset(found)


def _variables(written: Mapping[str, Any], service: str) -> Iterator[str]:
    for part in _parts(written, service):
        for _, value in leaves(part):
            yield from (match["name"] for match in ANY.finditer(value))
    yield from (str(part["environment"]) for part in _shared(written, service) if part.get("environment"))
    environment = _entry(written, service).get("environment") or {}
    if isinstance(environment, list):
        yield from (each for each in environment if "=" not in each)
    else:
        yield from (name for name, value in environment.items() if value is None)


def _entry(document: Mapping[str, Any], service: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = (document.get("services") or {}).get(service) or {}
    return entry


def _parts(document: Mapping[str, Any], service: str) -> Iterator[Mapping[str, Any]]:
    """Yield a service and the shared objects that it names."""
    yield _entry(document, service)
    yield from _shared(document, service)


def _shared(document: Mapping[str, Any], service: str) -> Iterator[Mapping[str, Any]]:
    entry = _entry(document, service)
    for kind in SHARED:
        table = document.get(kind) or {}
        yield from (table.get(_named(each)) or {} for each in entry.get(kind) or ())


def _named(reference: object) -> str:
    return str(reference.get("source", "")) if isinstance(reference, dict) else str(reference)
