"""What a command works on: one environment's stack on one engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.project import ONE_ENGINE

if TYPE_CHECKING:
    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Environment, Project

INSTANCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
# The task that brings a stack up, by its environment's runtime: packages that know no runtime name it in messages.
UP = {ONE_ENGINE: "up", "swarm": "deploy"}


class Target(Struct, frozen=True):
    """One stack: the environment, an instance of it (mostly none), and the engine."""

    root: str
    name: str
    environment: Environment
    instance: str
    endpoint: Endpoint

    @property
    def project(self) -> str:
        """Return the Compose project name, `<project>-<env>[-<instance>]`."""
        parts = (self.name, self.environment.name, self.instance)
        return "-".join(part for part in parts if part)

    @property
    def lock(self) -> str:
        """Return the name of the stack's lock: the same stack on another engine is another one."""
        return stack_lock(self.project, self.endpoint)

    @property
    def flags(self) -> str:
        """Return the flags that name this stack, for the commands that a message suggests."""
        return f"--env={self.environment.name}" + (f" --instance={self.instance}" if self.instance else "")

    @property
    def up(self) -> str:
        """Return the command that brings this stack up, for messages: its runtime's."""
        return f"inv {up_task(self.environment)} {self.flags}"

    def __str__(self) -> str:
        """Return the line that every task prints first."""
        return (
            f"environment {self.environment.name} · project {self.project} · endpoint {self.endpoint}"
            f" · files {' '.join(self.environment.files)}"
        )


def up_task(environment: Environment) -> str:
    """Return the task that brings an environment up: its runtime's."""
    return UP.get(environment.runtime, UP[ONE_ENGINE])


def up_command(environment: Environment) -> str:
    """Return the command that brings an environment up, for messages about no particular instance of it."""
    return f"inv {up_task(environment)} --env={environment.name}"


def stack_lock(stack: str, endpoint: Endpoint) -> str:
    """Return the name of the lock of a stack (`Target.project`) on an engine."""
    return f"{stack} on {endpoint.identity}"


def target(project: Project, environment: str, instance: str, endpoint: Endpoint) -> Target:
    """Return the target; ConfigError for an unknown environment or an instance that Compose would not take."""
    if instance and not INSTANCE.fullmatch(instance):
        raise ConfigError(
            f"--instance={instance!r} cannot be part of a Compose project name",
            fix="use lower-case letters, digits, - and _, beginning with a letter or digit",
        )
    return Target(str(project.root), project.name, project.environment(environment), instance, endpoint)
