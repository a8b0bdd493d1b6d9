"""The commands that change a stack, to be killed."""

from __future__ import annotations

import io
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dockgate.core import project as projects
from dockgate.stack.runtimes.compose import removal
from dockgate.system import audit, process, ram_folder
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, model, service
from tests.unit.tasks import world as worlds
from tests.unit.tasks.kills import Killed, Knife

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dockgate.core.plan import Command
    from dockgate.system.process import Result


MODEL = model(service("db"), service("migrate", db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY))


AUDITED = frozenset({"action", "result", "environment", "version", "left", "names", "services", "volumes"})


def audited(project: Any) -> set[tuple[tuple[str, str], ...]]:
    """Return what the audit log says, each line once."""
    lines = ({name: str(value) for name, value in line.items() if name in AUDITED} for line in audit.lines(project))
    return {tuple(sorted(line.items())) for line in lines}


class Case:
    """A made-up project with a stack, and one command that is killed in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the project; what the engine does is watched as well."""
        self.monkeypatch = monkeypatch
        self.world = worlds.make(folder, self.model, monkeypatch, self.environment)
        self.world.engine.react = {"migrate": [("die", 0)]}
        self.ram = folder / "ram"
        self.ram.mkdir()
        monkeypatch.setenv(ram_folder.VARIABLE, str(self.ram))
        monkeypatch.setattr(ram_folder, "is_ram", lambda _path: True)
        self.knife = Knife((folder,), monkeypatch)
        monkeypatch.setattr(process, "run", self.process)
        engine = self.world.engine
        monkeypatch.setattr(engine, "start", self.watched(engine.start, "start"))
        monkeypatch.setattr(engine, "stop", self.watched(engine.stop, "stop"))
        monkeypatch.setattr(engine, "containers", self.listed)
        sdk = worlds.FakeSdk(self.world)
        for name in ("remove_network", "remove_volume"):
            monkeypatch.setattr(sdk, name, self.watched(getattr(sdk, name), name), raising=False)
        monkeypatch.setattr(removal, "Engine", lambda _endpoint: sdk)
        self.prepare()

    environment = "dev"
    model = MODEL
    words: tuple[str, ...] = ()
    mark = ""
    stdin = ""

    def prepare(self) -> None:
        """Bring about what the command finds."""

    def watched(self, real: Any, name: str) -> Any:
        """Return a function of the engine that is a step."""

        def function(what: str, *rest: Any) -> None:
            try:
                self.knife.effect(f"{name} {what}")
            except Killed:  # in a thread: what waits for the engine's events shall look, and die as well
                for stream in self.world.engine.streams:
                    stream.close()
                raise
            real(what, *rest)

        return function

    def listed(self, _filters: object) -> list[dict[str, Any]]:
        """Return every container, whatever label it is asked for by; nothing that is dead gets an answer."""
        self.knife.breathe()
        return [self.world.engine._entry(entry) for entry in [*self.world.engine.listed.values()]]

    def process(self, command: Command, **options: Any) -> Result:
        """Stand in for Compose, which is a step too."""
        self.knife.effect(" ".join(word for word in command.argv if word in {"up", "down", "stop", "exec"}))
        if "stop" in command.argv:
            for name in self.world.engine.listed:
                self.world.engine.stop(name, 0)
        return self.world.run(command, **options)

    def inv(self, *words: str, stdin: str = "") -> int:
        """Run a task."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        return self.world.inv(*words, monkeypatch=self.monkeypatch)

    def command(self) -> None:
        """Run the command that is looked at."""
        assert self.inv(*self.words, f"--env={self.environment}", stdin=self.stdin) == 0

    @cached_property
    def project(self) -> Any:
        """Return the project, of which no case changes the settings."""
        return projects.load(self.world.folder)

    def state(self) -> dict[str, Any]:
        """Return all that the command is about."""
        listed = self.world.engine.listed.values()
        return {
            "services": {entry["one"].service for entry in listed},
            "running": {(entry["one"].service, entry["health"]) for entry in listed if entry["state"] == "running"},
            "networks": list(self.world.networks),
            "volumes": list(self.world.volumes),
            "marks": sorted(path.name for path in (self.project.state / "marks").glob("*.json")),
            "audit": audited(self.project),
        }


class Up(Case):
    words = ("up",)
    mark = "up"


class Down(Case):
    words = ("down", "--volumes", "--yes")
    mark = "down"

    def prepare(self) -> None:
        assert self.inv("up", "--env=dev") == 0
        self.world.networks, self.world.volumes = ["one", "two"], ["data", "more"]


class Restart(Case):
    words = ("restart",)
    mark = "restart"

    def prepare(self) -> None:
        assert self.inv("up", "--env=dev") == 0
        self.world.engine.listed["api-1"]["state"] = "running"
