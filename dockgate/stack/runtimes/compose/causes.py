"""What Compose's hash does not say: which variables of a container changed, and how long a service takes to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.compose_escape import unescape
from dockgate.core.plan import Plan
from dockgate.engine.api import RefusedError
from dockgate.stack.startup.outcome import GOOD
from dockgate.system import cache

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dockgate.compose.model import Model
    from dockgate.core.plan import Step
    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.engine.api import EngineClient
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.outcome import Outcome

UNSAID = "configuration changed"
KEY = "seconds from start to healthy"


def explain(model: Model, wire: EngineClient, containers: Sequence[Container], plan: Plan) -> Plan:
    """Return the plan with the names of the variables that changed where only the hash differs; never their values."""
    known = {one.name: one for one in containers}
    return Plan(
        tuple(
            _named(model, wire, known[step.target], step) if step.cause.startswith(UNSAID) else step
            for step in plan.steps
        )
    )


def _named(model: Model, wire: EngineClient, one: Container, step: Step) -> Step:
    written = (model.raw.get("services") or {}).get(one.service) or {}
    wanted = {
        name: unescape(str(value)) for name, value in (written.get("environment") or {}).items() if value is not None
    }
    try:
        has = dict(each.partition("=")[::2] for each in wire.inspect(one.id)["Config"].get("Env") or ())
    except RefusedError:
        return step  # it was removed since the list was made
    names = sorted(name for name, value in wanted.items() if has.get(name) != value)
    if not names:
        return step
    return replace(step, cause=step.cause.replace(UNSAID, f"changed: {', '.join(names)}", 1))


def starts(project: Project, target: Target) -> Mapping[str, float]:
    """Return how many seconds each service took from its start to its health the last time."""
    return cache.read(_file(project, target), KEY, dict[str, float]) or {}


def keep(project: Project, target: Target, outcome: Outcome) -> None:
    """Remember how long the services took that were started now."""
    taken = {one.name: round(one.seconds, 1) for one in outcome.services if one.seconds and one.outcome in GOOD}
    if taken:
        cache.write(_file(project, target), KEY, {**starts(project, target), **taken})


def _file(project: Project, target: Target) -> Path:
    return project.state / "stacks" / target.project / "starts.json"
