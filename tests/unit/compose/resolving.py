"""A Compose that is not real, and a project for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.compose import resolve as compose_resolve
from dockgate.compose.resolve import Inputs, Profiles
from dockgate.system.process import Result
from tests import said
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project


DOCUMENT = {
    "name": "shop-dev",
    "services": {"api": {"image": "api@sha256:1", "environment": {"B": "x${A}"}, "profiles": ["web"]}},
}


class FakeCompose:
    """Answers `config` with DOCUMENT and remembers what it was asked."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def run(self, command: Command, **_options: Any) -> Result:
        said.command(command)
        self.commands.append(command)
        answer = b"api 123\n" if "--hash" in command.argv else json.dumps(DOCUMENT).encode()
        return Result(0, answer, b"", 0.0)


def make(tmp_path: Path, base: str = "services: {}\n") -> Project:
    return projects.make(tmp_path, compose__base_yaml=base, compose__dev_yaml="services: {}\n")


def resolve(project: Project, env: dict[str, str] | None = None) -> compose_resolve.Composition:
    return resolved(project, Inputs(env or {"A": "1"}, {}))


def resolved(project: Project, inputs: Inputs) -> compose_resolve.Composition:
    """Resolve dev as a command does that reads the environment's files only where it has to."""
    everything = replace(inputs, profiles=Profiles(("*",)))
    return compose_resolve.resolve(
        project,
        projects.stack(project),
        inputs,
        lambda: compose_resolve.read(project, projects.stack(project, instance="guard"), everything),
    )
