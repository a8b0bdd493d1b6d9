"""Where stacks run: `protocol.Runtime`, and one package for each kind beside it. Only this module knows which kind.

of(project, target) -> Runtime
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.stack.runtimes.protocol import Runtime


def of(project: Project, target: Target) -> Runtime:
    """Return the runtime of a target; ConfigError where its environment names one that there is not."""
    kind = target.environment.runtime
    if kind not in KINDS:
        table = project.table("environments").table(target.environment.name)
        raise table.error("runtime", f"is {kind!r}." + near(kind, KINDS), fix=f"one of: {', '.join(KINDS)}")
    return KINDS[kind](project, target)


def _compose(project: Project, target: Target) -> Runtime:
    from dockgate.stack.runtimes.compose.runtime import Compose  # noqa: PLC0415 - only the kind that is wanted

    return Compose(project, target)


def _swarm(project: Project, target: Target) -> Runtime:
    from dockgate.stack.runtimes.swarm.runtime import Swarm  # noqa: PLC0415 - only the kind that is wanted

    return Swarm(project, target)


KINDS: Mapping[str, Callable[[Project, Target], Runtime]] = {"compose": _compose, "swarm": _swarm}


def brought_up_by(runtime: Runtime, command: str, target: Target) -> None:
    """Raise ConfigError where another command than this one brings a target up."""
    right = runtime.traits.command
    if command != right:
        raise ConfigError(
            f"{target.environment.name} runs on {target.environment.runtime}: inv {command} is not for it",
            fix=f"inv {right} --env={target.environment.name}",
        )
