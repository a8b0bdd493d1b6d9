"""A stack on an engine that lacks some of its images."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from dockgate.compose.model import Model
from dockgate.compose.resolve import Composition
from dockgate.engine import containers as engine_containers
from dockgate.stack.runtimes.compose.runtime import Compose
from dockgate.stack.runtimes.protocol import Observed, Order
from dockgate.stack.startup import drive
from dockgate.stack.startup.outcome import Outcome
from dockgate.system import process
from dockgate.system.process import Result
from tests import said
from tests.unit import projects
from tests.unit.stack.startup.stacks import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dockgate.core.plan import Command

TAGGED = "2026-01-02T03:04:05Z"  # of every image that the engine of these tests has
DOCUMENT: dict[str, Any] = {
    "name": "p",
    "services": {
        "db": {"image": "postgres:17"},
        "own": {"image": "own@sha256:" + "0" * 64},
        "both": {"image": "registry.example/both:1", "build": {"context": "."}},
        "web": {"build": {"context": "."}, "depends_on": {"db": {"condition": "service_started"}}},
    },
}


class Stage:
    """A stack on an engine that lacks some images, and what Compose is told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]) -> None:
        self.engine, self.ran = FakeEngine(), list[str]()
        monkeypatch.setattr(engine_containers, "connect", lambda _endpoint: self.engine)
        monkeypatch.setattr(process, "run", self.run)
        monkeypatch.setattr(drive, "start", lambda *_all, **_more: Outcome((), (), changed=True, seconds=0.0))
        project = projects.make(folder)
        self.target = projects.stack(project)
        self.runtime = Compose(project, self.target)
        composition = Composition(("compose",), {}, project.root, Model.parse(document))
        self.prepared: Any = SimpleNamespace(composition=composition, target=self.target, images={})

    def run(self, command: Command, **_options: Any) -> Result:
        said.command(command)
        self.ran.append(" ".join(command.argv[1:]))
        if command.argv[1] == "build":
            self.engine.lacking -= {"registry.example/both:1", "p-web"}
        if command.argv[1] == "pull":
            self.engine.lacking -= {"postgres:17"}
        return Result(0, b"", b"", 0.0)

    def plan(self, *containers: Any, services: tuple[str, ...] = ()) -> list[str]:
        """Return the steps, without those that create containers."""
        found = self.runtime.plan(self.prepared, Observed(tuple(containers)), services)
        return [str(step) for step in found.steps if step.action != "create"]

    def up(self, **order: Any) -> list[str]:
        """Run the plan of an empty engine; return what Compose was told."""
        observed = Observed(())
        self.runtime.run(self.prepared, observed, self.runtime.plan(self.prepared, observed), Order(**order))
        return self.ran
