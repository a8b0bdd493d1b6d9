"""Small stacks whose containers run a shell."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition
from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine import containers as engine_containers
from dockgate.stack import status
from dockgate.stack.runtimes.compose import changes, execution
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup import drive
from tests.integration import engine_facts
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Plan
    from dockgate.stack.startup.outcome import Outcome, State


LOCAL = Endpoint(DEFAULT_HOST, "default")
LONG = 120.0  # seconds; a limit for what hangs

PROBE = {
    "test": ["CMD", "/bin/sh", "-c", "[ -f /ready ] || { echo no file; exit 1; }"],
    "interval": "1s",
    "start_interval": "250ms",
    "start_period": "10s",
    "retries": 1,
}


def shell(script: str, **more: Any) -> dict[str, Any]:
    """Return a service that runs a script; Compose would take its dollars for itself."""
    return {"command": ["/bin/sh", "-c", script.replace("$", "$$")], "init": True, "stop_grace_period": "0s", **more}


def ready(seconds: float = 0.2, **more: Any) -> dict[str, Any]:
    """Return a service that becomes healthy after so many seconds."""
    script = f"rm -f /ready; sleep {seconds}; touch /ready; sleep 600"
    return shell(script, healthcheck=PROBE, **more)


def after(**conditions: str) -> dict[str, Any]:
    """Return `depends_on`: `after(db="healthy")`."""
    words = {"started": "service_started", "healthy": "service_healthy", "done": "service_completed_successfully"}
    return {name: {"condition": words[condition]} for name, condition in conditions.items()}


@dataclass
class Stack:
    """A Compose project of its own, created through Compose and started by Dockgate."""

    folder: Path
    image: str
    project: str = field(default_factory=lambda: f"dockgate-startup-{uuid.uuid4().hex[:8]}")
    model: Model = field(init=False)

    def compose(self, *words: str) -> str:
        """Run Compose on the project."""
        file = str(self.folder / "compose.json")
        return engine_facts.docker("compose", "-p", self.project, "-f", file, "--env-file", "/dev/null", *words)

    def resolve(self, services: dict[str, dict[str, Any]]) -> Plan:
        """Write the project's file and return what `up` would change."""
        document = {"services": {name: {"image": self.image, **one} for name, one in services.items()}}
        (self.folder / "compose.json").write_text(json.dumps(document))
        hashes = dict(line.split() for line in self.compose("config", "--hash", "*").splitlines())
        self.model = Model.parse(json.loads(self.compose("config", "--format", "json")), hashes)
        return changes.plan(self.model, self.containers())

    def create(self, **services: dict[str, Any]) -> None:
        """Write the project's file and create its containers."""
        self.resolve(services)
        self.compose("up", "--no-start", "--remove-orphans")

    def start(self, **options: Any) -> Outcome:
        """Start it, through the local socket."""
        return drive.start(self.model, engine_containers.connect(LOCAL), **{"timeout": LONG, **options})

    def up(self, **services: dict[str, Any]) -> Outcome:
        """Write the project's file, plan, and run the plan, as `inv up` does."""
        plan = self.resolve(services)
        file = str(self.folder / "compose.json")
        words = (engine_facts.DOCKER, "compose", "-p", self.project, "-f", file, "--env-file", "/dev/null")
        composition = Composition(words, {"PATH": "/usr/bin:/bin"}, self.folder, self.model)
        project = projects.make(self.folder)
        here = SimpleNamespace(endpoint=LOCAL, root=str(self.folder))
        prepared: Any = SimpleNamespace(composition=composition, target=here)
        return execution.run(project, prepared, Observed(self.containers()), plan, Order((), LONG))

    def ids(self, service: str) -> set[str]:
        """Return the ids of a service's containers."""
        return {one.id for one in self.containers() if one.service == service}

    def containers(self) -> tuple[engine_containers.Container, ...]:
        """Return what the engine lists."""
        return engine_containers.containers(LOCAL, self.project)

    def status(self) -> status.StackStatus:
        """Return its status."""
        return status.status("dev", self.model, self.containers())

    def states(self) -> dict[str, dict[str, Any]]:
        """Return what the engine says of the first container of each service."""
        return {name: found[0]["State"] for name, found in engine_facts.containers(self.project).items()}


def states(outcome: Outcome) -> dict[str, State]:
    """Return each service's outcome."""
    return {one.name: one.outcome for one in outcome.services}


CHAIN = {
    "db": ready(0.4),
    "migrate": shell("sleep 0.3", depends_on=after(db="healthy")),
    "api": ready(depends_on=after(db="healthy", migrate="done"), scale=2),
    "gateway": ready(depends_on=after(api="healthy"), ports=["127.0.0.1::80"]),
}
