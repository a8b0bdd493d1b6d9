"""Profiles: they are known, and no service that is switched on needs one that is not."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from dockgate.core.location import Location

EVERY = "*"
# Keys that join the namespace of another service, which then has to run.
JOINS = ("network_mode", "ipc", "pid", "uts", "cgroup")


def check(
    document: Mapping[str, Any],
    asked: Sequence[str],
    standing: Sequence[str],
    place: Callable[..., Location],
    written: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Check that these profiles exist, and that nothing that they switch on needs a service of another one.

    `document` has the services of all profiles; one of the `standing` ones may have gone. Compose starts nothing for a
    profile that it does not know, and says nothing. `written` may have services that Compose refused to read with the
    others.
    """
    services = document.get("services") or {}
    every = (*services.values(), *(written.get("services") or {}).values())
    known = {name for service in every for name in service.get("profiles") or ()}
    for name in asked:
        if name not in known | {EVERY}:
            listed = ", ".join(sorted(known)) or "none"
            raise ConfigError(f"unknown profile {name!r}." + near(name, known), fix=f"profiles: {listed}")
    on = {name for name, service in services.items() if _is_on(service, (*asked, *standing))}
    for name in sorted(on):
        for key, other in _needs(services[name]):
            if other in services and other not in on:
                owners = services[other].get("profiles") or ()
                raise ConfigError(
                    f"services.{name}.{key} needs {other}, whose profile ({', '.join(owners)}) is not switched on",
                    where=place("services", name, *key.split(".")),
                    fix=_fix(key, other, owners),
                )


def _is_on(service: Mapping[str, Any], profiles: Collection[str]) -> bool:
    own = service.get("profiles") or ()
    return not own or EVERY in profiles or any(name in profiles for name in own)


def _needs(service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in JOINS:
        if str(service.get(key) or "").startswith("service:"):
            yield key, str(service[key]).removeprefix("service:")
    for other, wait in (service.get("depends_on") or {}).items():
        if (wait or {}).get("required", True):
            yield f"depends_on.{other}", other


def _fix(key: str, other: str, owners: Sequence[str]) -> str:
    optional = f", or depends_on: {{{other}: {{required: false}}}}" if key.startswith("depends_on") else ""
    return f'--profile={owners[0]}, profiles = ["{owners[0]}"] of the environment{optional}'
