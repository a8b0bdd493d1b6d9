"""Providers of secrets: a module each for one kind of reference, `KIND:REST`, and a line in `KINDS`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from dockgate.env.providers import command, environment, file

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Mapping

    from dockgate.core.project import Project


class Provider(Protocol):
    """A module of this package."""

    @property
    def FORM(self) -> re.Pattern[str]:  # noqa: N802 - a constant of the module
        """What is well-formed behind the colon."""

    @property
    def HINT(self) -> str:  # noqa: N802 - a constant of the module
        """What has to stand behind the colon, for a message about what is not well-formed."""

    @property
    def USAGE(self) -> str:  # noqa: N802 - a constant of the module
        """How a reference is written, for a fix."""

    @property
    def LOCAL(self) -> bool:  # noqa: N802 - a constant of the module
        """Whether a reference may stand for another value in another process, or on another machine."""

    def fault(self, rest: str, declared: Collection[str]) -> str:
        """Return what is wrong with a well-formed reference where these providers are declared; never `rest` itself."""

    def shown(self, rest: str) -> str:
        """Return what `inv secrets.list` shows of a reference beside its kind: nothing that may be secret."""

    def fetch(self, project: Project, rest: str) -> str:
        """Return the value; a DockgateError repeats nothing of it."""


KINDS: Mapping[str, Provider] = MappingProxyType({"cmd": command, "file": file, "env": environment})
