"""What is to be checked, as the caller knows it; light, because `up` with nothing to do imports it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from msgspec import field

from dockgate.core import endpoint
from dockgate.core.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dockgate.core.project import Environment, Project
    from dockgate.core.target import Target
    from dockgate.env.resolved import ResolvedEnv
    from dockgate.guardrails.hit import Scope
    from dockgate.situation import Situation


class Subject(Redacted, frozen=True):
    """What is to be checked: an environment, the scopes, and what the caller knows about it already.

    `above` is what git tracks above the project of what its stacks use, as `../path`, with the modes.
    """

    unshown = frozenset({"model", "written"})

    situation: Situation
    environment: Environment
    scopes: frozenset[Scope]
    resolved: ResolvedEnv | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    uses: Mapping[str, Collection[str]] = field(default_factory=dict)
    target: Target | None = None
    stack_labels: tuple[Mapping[str, str], ...] = ()
    above: Mapping[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """Return the project to check."""
        return self.situation.project

    @property
    def today(self) -> date:
        """Return the day that expiry dates are compared with."""
        return datetime.now(UTC).date()

    @property
    def dotenvs(self) -> tuple[str, ...]:
        """Return the files called `.env` that git tracks, but for layers: what is in them decides what they are."""
        layers = {layer for each in self.project.environments.values() for layer in each.layers}
        tracked = {**(self.situation.tracked() or {}), **self.above}
        named = (path for path in tracked if path.rpartition("/")[2] == ".env")
        return tuple(sorted(path for path in named if path not in layers))

    @property
    def shadowed_endpoint(self) -> str:
        """Return the engine that another choice would have been, empty if all agree."""
        target = self.target
        if target is None or target.endpoint.chosen_by not in ("DOCKER_HOST", "DOCKER_CONTEXT"):
            return ""
        hidden = ("DOCKER_HOST",) if target.endpoint.chosen_by == "DOCKER_HOST" else ("DOCKER_HOST", "DOCKER_CONTEXT")
        rest = {name: value for name, value in self.project.process.items() if name not in hidden}
        other = endpoint.find(rest)
        return (
            "" if other.chosen_by == "default" or other.host == target.endpoint.host else f"{other}, {other.chosen_by}"
        )
