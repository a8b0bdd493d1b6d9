"""A project, an engine and a Compose that are all made up: tasks run whole, and nothing outside is touched."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate import __main__ as program
from dockgate.compose import resolve as compose_resolve
from dockgate.compose.resolve import Composition, Profiles
from dockgate.engine import containers
from dockgate.engine.containers import PROJECT
from dockgate.guardrails import Report, project_check
from dockgate.images import build
from dockgate.images.build import BuiltImage
from dockgate.secrets.fingerprints import digests
from dockgate.stack.runtimes.compose import removal, rolling
from dockgate.stack.startup import drive
from dockgate.system import process
from dockgate.system.process import Result
from dockgate.tasks import namespace
from tests import said
from tests.unit import projects
from tests.unit.stack.startup.stacks import FakeEngine, container

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dockgate.compose.model import Model
    from dockgate.core.plan import Command

CHEAP = digests.Cost(16)
SCHEMA = """
[GREETING]
type = "string"
description = "said at the door"
default = "hello"
[TOKEN]
type = "string"
description = "opens the door"
secret = true
required = true
generate = "token:48"
[DOOR_PORT]
type = "port"
description = "published"
default = "8080"
"""
SECRET = "not-to-be-seen-anywhere"


@dataclass
class World:
    """What the tasks of a test see: a model, an engine with containers, and the commands that were run."""

    folder: Path
    model: Model
    engine: FakeEngine
    commands: list[Command] = field(default_factory=list)
    attached: list[Command] = field(default_factory=list)
    code: int = 0
    networks: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    profiles: Profiles = field(default_factory=Profiles)

    def inv(self, *words: str, monkeypatch: pytest.MonkeyPatch) -> int:
        """Run one task as `inv` would, in this project; return the exit code."""
        monkeypatch.chdir(self.folder)
        monkeypatch.setattr("sys.argv", ["inv", *words])
        try:
            program.run(namespace(self.folder, words), words)
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    def ran(self) -> list[str]:
        """Return the Compose commands that were run, without what stands before every one of them."""
        return [" ".join(command.argv[command.argv.index("/dev/null") + 1 :]) for command in self.commands]

    def run(self, command: Command, **_options: Any) -> Result:
        """Stand in for a process: Compose creates what the model wants, or removes everything."""
        said.command(command)
        self.commands.append(command)
        if "--scale" in command.argv:
            for name, count in (word.split("=") for word in command.argv if "=" in word):
                self._scale(name, int(count))
        elif "--no-start" in command.argv:
            named = [name for name in self.model.services if name in command.argv]
            for name in named or self.model.services:
                self._recreate(name)
        if "down" in command.argv:
            self.engine.listed.clear()
            self.networks.clear()
        return Result(0, b"", b"", 0.0)

    def _scale(self, name: str, count: int) -> None:
        """Create containers beside those that are there, numbered after the last."""
        numbers = [entry["one"].number for entry in [*self.engine.listed.values()] if entry["one"].service == name]
        for number in range(max(numbers, default=0) + 1, max(numbers, default=0) + 1 + count - len(numbers)):
            one = container(name, number=number, image=f"{name}:1", labels=labels(name))
            self.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}

    def _recreate(self, name: str) -> None:
        service = self.model.services[name]
        facts: dict[str, Any] = {"networks": {each: f"id of {each}" for each in service.networks}}
        one = container(name, image=service.image, labels=labels(name), config_hash=service.config_hash, **facts)
        there = self.engine.listed.get(one.id)
        if there is None or there["one"].config_hash != one.config_hash:
            self.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}

    def attach(self, command: Command) -> int:
        """Stand in for a program in the foreground."""
        said.command(command)
        self.attached.append(command)
        return self.code


class FakeSdk:
    """The part of the SDK's engine that `down` uses."""

    def __init__(self, world: World) -> None:
        self.world = world

    def networks(self, label: list[str]) -> list[dict[str, str]]:
        assert label[0] in {f"{PROJECT}=shop-dev", f"{PROJECT}=shop-prod"}
        return [{"Name": name} for name in self.world.networks]

    def volumes(self, label: list[str]) -> list[dict[str, str]]:
        assert label
        return [{"Name": name} for name in self.world.volumes]

    def remove_network(self, name: str) -> None:
        self.world.networks.remove(name)

    def remove_volume(self, name: str) -> None:
        self.world.volumes.remove(name)


def labels(service: str, environment: str = "dev", folder: str = "") -> dict[str, str]:
    """Return the labels of a container of the made-up project."""
    known = {"dev.dockgate.environment": environment, "com.docker.compose.service": service}
    return known | ({"com.docker.compose.project.working_dir": folder} if folder else {})


def make(folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch, environment: str = "dev") -> World:
    """Make a world around a model; its engine has no container yet."""
    name = f"shop-{environment}"
    world = World(folder, replace(model, project=name), FakeEngine(project=name))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    empty: Any = {"env__base_env": "", "env__staging_env": "", "env__prod_env": ""}
    projects.make(folder, env__schema_toml=SCHEMA, env__dev_env=f"TOKEN={SECRET}\n", **empty)
    monkeypatch.setattr(containers, "connect", lambda _endpoint: world.engine)
    monkeypatch.setattr(rolling, "NOTICE", 0.0)
    monkeypatch.setattr(drive, "RECONNECT", 0.0)
    slow = digests.slow  # what a command does does not depend on how long a guess takes
    monkeypatch.setattr(digests, "slow", lambda value, salt, _cost: slow(value, salt, CHEAP))
    monkeypatch.setattr(removal, "Engine", lambda _endpoint: FakeSdk(world))
    monkeypatch.setattr(process, "run", world.run)
    monkeypatch.setattr(process, "attach", world.attach)

    def resolve(project: Any, target: Any, inputs: Any, _reading: Any) -> Composition:
        arguments = ("compose", "-p", target.project, "--env-file", "/dev/null")
        assert SECRET not in json.dumps(dict(inputs.env))
        world.profiles = inputs.profiles
        return Composition(arguments, inputs.env, project.root, world.model)

    def images(*_arguments: Any, **options: Any) -> tuple[BuiltImage, ...]:
        world.images.append(f"build={options.get('build', False)}")
        return (BuiltImage("door", "DOOR_IMAGE", "door@sha256:1"),)

    monkeypatch.setattr(compose_resolve, "resolve", resolve)
    monkeypatch.setattr(project_check, "run", lambda *_arguments: world.report)
    monkeypatch.setattr(build, "ensure", images)
    monkeypatch.setattr(build, "preview", images)
    return world
