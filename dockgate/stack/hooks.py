"""Commands of a project before and after `up`, `promote` and `release`, from `[tool.dockgate.hooks]`.

steps(project, event) -> Plan, Plan           what `plan` shows before and after its own steps
run(project, target, moment, facts, say)      runs those of one moment, in order; the first that fails is the last
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command, Plan, Step
from dockgate.system import process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.core.project import Project
    from dockgate.core.target import Target

EVENTS = ("up", "promote", "release")
MOMENTS = tuple(f"{when}-{event}" for event in EVENTS for when in ("before", "after"))
# What every command sees; whatever else it needs is declared.
SEEN = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "DOCKER_HOST", "DOCKER_CONTEXT")
SECONDS = 60.0  # chosen: a hook is a check or a message, not a build


class Hook(Struct, frozen=True):
    """One command: its words, names of variables that it may see, and seconds that it may take."""

    moment: str
    command: tuple[str, ...]
    env: tuple[str, ...]
    timeout: float

    @property
    def step(self) -> Step:
        """Return the hook as a step of a plan."""
        return Step("run", " ".join(self.command), f"hook {self.moment}")


def load(project: Project) -> tuple[Hook, ...]:
    """Return the declared hooks, in the order in which they run; ConfigError for what is wrong in them."""
    table = project.table("hooks")
    found = []
    for moment in MOMENTS:
        for entry in table.tables(moment):
            hook = Hook(moment, entry.strings("command"), entry.strings("env"), entry.number("timeout", SECONDS))
            entry.done()
            if not hook.command:
                raise entry.error("command", "is required: a list of words", fix='command = ["./scripts/check"]')
            found.append(hook)
    table.done()
    return tuple(found)


def steps(project: Project, event: str) -> tuple[Plan, Plan]:
    """Return what runs before an event, and what runs after it."""
    found = load(project)
    before, after = (
        Plan(tuple(hook.step for hook in found if hook.moment == f"{when}-{event}")) for when in ("before", "after")
    )
    return before, after


def run(project: Project, target: Target, moment: str, facts: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Run the hooks of a moment in the project's folder; ToolFailedError for the first that fails.

    They see the variables that they declare, and what they run for: DOCKGATE_ENVIRONMENT, DOCKGATE_INSTANCE,
    DOCKGATE_PROJECT, and `facts`.
    """
    known = {
        "DOCKGATE_ENVIRONMENT": target.environment.name,
        "DOCKGATE_INSTANCE": target.instance,
        "DOCKGATE_PROJECT": target.project,
        **facts,
    }
    for hook in (each for each in load(project) if each.moment == moment):
        env = {name: project.process[name] for name in (*SEEN, *hook.env) if name in project.process}
        command = Command(hook.command, {**env, **known}, project.root, hook.timeout)
        say(f"{hook.moment}: {hook.step.target}")
        result = process.run(command, check=False)
        if text := process.said(result.stdout + result.stderr):
            say("\n".join(f"  | {line}" for line in text.splitlines()))
        if result.code != 0:
            raise ToolFailedError(f"the hook {hook.moment} exited {result.code}", fix=f"run it by hand: {command}")
