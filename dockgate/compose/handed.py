"""Secrets that Compose itself is handed, because a file refers to one by name instead of reading the secret's file.

Handed(values, lacking, declared)       what an environment's secrets are like
refuse_empty(document, handed, place)   ConfigError where a service would get an empty secret

They go into the environment of Compose's process, never into its arguments or into a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret  # noqa: TC001 - the Struct reads the types of its fields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from dockgate.core.location import Location


class Handed(Struct, frozen=True):
    """An environment's secrets: their `values`, the fix for each that is `lacking` one, all names that are `declared`.

    `foreign` are secrets that are declared for other environments only.
    """

    values: dict[str, Secret] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the values, for masking."""
        return tuple(self.values.values())

    def chosen(self, names: Collection[str]) -> dict[str, str]:
        """Return those of these names that are secrets with a value, in clear: for the environment of a process."""
        return {name: value.reveal() for name, value in self.values.items() if name in names and value}


def refuse_empty(document: Mapping[str, Any], handed: Handed, place: Callable[..., Location]) -> None:
    """Raise ConfigError where a declared secret is empty in a service of a resolved document."""
    names = {*handed.values, *handed.lacking}
    for service, entry in (document.get("services") or {}).items():
        for name, value in (entry.get("environment") or {}).items():
            if name in names and value in (None, ""):
                raise ConfigError(
                    f"{service} would get the secret {name} empty",
                    where=place("services", service, "environment", name),
                    fix=handed.lacking.get(name) or f"write {name}: ${{{name}}}, or let the service read its file",
                )
