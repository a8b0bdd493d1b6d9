"""A stack that changes in stages, on an engine that is not real."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.compose.resolve import Composition
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose import changes, execution
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.system.process import Result
from tests import said
from tests.unit import projects
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, FakeEngine, container, model, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.compose.model import Model
    from dockgate.core.plan import Command
    from dockgate.engine.containers import Container
    from dockgate.stack.startup.board import Listener
    from dockgate.stack.startup.outcome import Outcome, State


API, WORKER, JOB = ("api-1", "api-2"), "worker-1", {"migrate": [("die", 0)]}


STACK = replace(
    model(
        service("gateway", api=HEALTHY),
        replace(service("api", db=HEALTHY, migrate=COMPLETED), replicas=2),
        service("worker", migrate=COMPLETED),
        service("migrate", None, db=HEALTHY),
        service("db"),
    ),
    raw={
        "services": {
            "db": {"volumes": [{"type": "volume", "source": "data"}]},
            "gateway": {"network_mode": "host"},
            "api": {"stop_grace_period": "7s"},
        }
    },
)


@dataclass
class World:
    """An engine, a Compose that does what it is told, and everything that happened, in order."""

    engine: FakeEngine
    model: Model = STACK
    rolling: str = ""
    happened: list[str] = field(default_factory=list)
    on_start: Callable[[str], None] = lambda _key: None
    on_remove: Callable[[str], None] = lambda _key: None
    listener: Listener | None = None

    def compose(self, command: Command, **_options: Any) -> Result:
        """Create new containers where it is told a scale, else replace those of the services named."""
        said.command(command)
        words = command.argv[command.argv.index("/dev/null") + 1 :]
        scales = dict(word.split("=") for word in words if "=" in word)
        for name, count in scales.items():
            numbers = [entry["one"].number for entry in [*self.engine.listed.values()] if entry["one"].service == name]
            for number in range(max(numbers) + 1, max(numbers) + 1 + int(count) - len(numbers)):
                self.add(name, number)
        if words[0] == "stop":
            self.happened.append(f"stop {' '.join(words[1:])}")
            for entry in [*self.engine.listed.values()]:  # threads remove some meanwhile
                if entry["one"].service in words:
                    entry |= {"state": "exited", "health": "", "code": 0}
        elif not scales:
            named = [name for name in self.model.services if name in words]
            self.happened.append(f"compose {' '.join(named) or 'all'}")
            for name in named:
                for key in [key for key, entry in [*self.engine.listed.items()] if entry["one"].service == name]:
                    del self.engine.listed[key]
                for number in range(1, self.model.services[name].replicas + 1):
                    self.add(name, number)
        return Result(0, b"", b"", 0.0)

    def stop(self, stop: Callable[[str, int], None]) -> Callable[[str, int], None]:
        """Write down what is stopped."""

        def stopped(key: str, seconds: int) -> None:
            self.happened.append(f"stop {key} {seconds}")
            stop(key, seconds)

        return stopped

    def start(self, key: str) -> None:
        """Write down what is started."""
        self.happened.append(f"start {key}")
        self.on_start(key)

    def remove(self, remove: Callable[[str], None]) -> Callable[[str], None]:
        """Write down what is removed."""

        def removed(key: str) -> None:
            self.happened.append(f"remove {key}")
            remove(key)
            self.on_remove(key)

        return removed

    def add(self, name: str, number: int) -> None:
        """Create a container."""
        one = container(name, number=number)
        self.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}

    def run(self, root: Path, *services: str) -> Outcome:
        """Plan, and run the plan."""
        project = projects.make(root, f"{projects.PYPROJECT}\n[tool.dockgate.rolling]\n{self.rolling}")
        composition = Composition(("compose", "--env-file", "/dev/null"), {}, root, self.model)
        prepared: Any = SimpleNamespace(composition=composition, target=projects.stack(project))
        there = engine_containers.stack(self.engine, "p")
        steps = changes.plan(self.model, there, services)
        self.engine.on_start = self.start
        return execution.run(project, prepared, Observed(there), steps, Order(services, 60.0, self.listener))


def running(*old: str) -> tuple[Container, ...]:
    """Return the containers of the whole stack; those of the services named are not as they should be now."""
    found = []
    for name, one in STACK.services.items():
        for number in range(1, one.replicas + 1):
            state = ("exited", "", number) if name == "migrate" else ("running", "healthy", number)
            code = 0 if name == "migrate" else None
            found.append(container(name, *state, exit_code=code, config_hash="old" if name in old else "hash"))
    return tuple(found)


def states(outcome: Outcome) -> dict[str, State]:
    """Return each service's outcome."""
    return {one.name: one.outcome for one in outcome.services}


def left(made: World) -> set[str]:
    """Return the containers that run in the end."""
    return {key for key, entry in made.engine.listed.items() if entry["state"] == "running"}
