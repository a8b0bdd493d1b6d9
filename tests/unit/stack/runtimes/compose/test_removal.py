"""What goes with a stack, and what is said of what stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import labels
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Effect
from dockgate.engine import containers as engine_containers
from dockgate.secrets import runtime_files
from dockgate.stack.runtimes.compose import removal
from dockgate.stack.runtimes.protocol import Holdings, Removed
from dockgate.system import process
from tests.unit import projects
from tests.unit.stack.startup.stacks import FakeEngine, container

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command

ONE: Any = SimpleNamespace(name="shop-api-1")
WHOLE = Holdings((ONE,), ("net",), ("data", "cache"))


class World:
    """An engine of which each look shows what is next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *looks: Holdings) -> None:
        self.looks, self.done = list(looks), list[str]()
        self.asked = list[tuple[object, ...]]()
        monkeypatch.setattr(removal, "Engine", lambda endpoint: self.note(self, "engine", endpoint))
        monkeypatch.setattr(removal, "look", lambda target: self.note(self.looks.pop(0), "look", target))
        monkeypatch.setattr(process, "run", self.run)
        monkeypatch.setattr(runtime_files, "remove", lambda *given: self.note(True, *given))  # noqa: FBT003

    def note(self, answer: Any, *words: object) -> Any:
        self.asked.append(words)
        return answer

    def run(self, command: Command) -> None:
        assert command.timeout == 180.0
        self.done.append(" ".join(command.argv[-3:]))

    def remove_network(self, name: str) -> None:
        self.done.append(f"network {name}")

    def remove_volume(self, name: str) -> None:
        self.done.append(f"volume {name}")


@pytest.mark.parametrize("volumes", [True, False])
def test_what_is_removed_is_what_the_plan_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, volumes: bool
) -> None:
    """What Compose leaves of networks and volumes goes by itself."""
    project = projects.make(tmp_path)
    world = World(monkeypatch, Holdings((), ("net",), ("data", "other")), Holdings((), (), ()))
    plan = removal.plan(WHOLE, volumes=volumes)
    target = projects.stack(project)
    removed = removal.remove(project, target, WHOLE, plan)
    assert world.asked == [("engine", target.endpoint), ("look", target), (project, target), ("look", target)]
    words = "down --remove-orphans --volumes" if volumes else "down --remove-orphans"
    assert world.done[0].endswith(words)
    assert world.done[1:] == ["network net", *(["volume data"] if volumes else [])]
    assert removed == Removed(("shop-api-1",), ("net",), ("data", "cache") if volumes else (), secrets=True)
    assert {step.effect for step in plan.steps} == {Effect.DESTROY}
    causes = [(step.target, step.cause) for step in plan.steps]
    data = [(name, "volume, with all data in it") for name in ("data", "cache")]
    assert causes == [("shop-api-1", "container"), ("net", "network"), *(data if volumes else [])]


def test_what_is_not_there_is_not_taken_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes alone go without Compose; those that are gone meanwhile are not asked for."""
    project = projects.make(tmp_path)
    world = World(monkeypatch, Holdings((), (), ("cache",)), Holdings((), (), ()))
    alone = Holdings((), (), ("data", "cache"))
    plan = removal.plan(alone, volumes=True)
    assert removal.remove(project, projects.stack(project), alone, plan).volumes == ("data", "cache")
    assert world.done == ["volume cache"]


def test_what_there_is_of_a_stack_is_found_by_its_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes without a name, too, which only their container shows."""
    project = projects.make(tmp_path)
    target = projects.stack(project)
    alone, label = "a1" * 32, ["com.docker.compose.project=shop-dev"]
    api = container("api")

    class Engine:
        def __init__(self, endpoint: object) -> None:
            assert endpoint == target.endpoint

        def networks(self, labels: list[str]) -> list[dict[str, str]]:
            return [{"Name": name} for name in ("b", "a") if labels == label]

        def volumes(self, labels: list[str]) -> list[dict[str, str]]:
            return [{"Name": name} for name in ("data", alone) if labels == label]

    wire = FakeEngine(api)
    wire.listed["api-1"]["volumes"] = (alone, "b2" * 32, "named")
    monkeypatch.setattr(removal, "Engine", Engine)
    listed = {(target.endpoint, "shop-dev"): (api,)}
    monkeypatch.setattr(engine_containers, "containers", lambda *given: listed[given])
    monkeypatch.setattr(engine_containers, "connect", {target.endpoint: wire}.__getitem__)
    assert removal.look(target) == Holdings((api,), ("a", "b"), (alone, "b2" * 32, "data"))
    other = replace(api, labels={labels.CHECKOUT: "/elsewhere"})
    monkeypatch.setattr(engine_containers, "containers", lambda *_given: (other,))
    with pytest.raises(ConfigError, match="belongs to another checkout: /elsewhere"):
        removal.look(target)


def test_what_stays_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = projects.make(tmp_path)
    World(monkeypatch, Holdings((), (), ()), Holdings((ONE,), ("net", "b"), ()))
    with pytest.raises(ToolFailedError) as caught:
        removal.remove(project, projects.stack(project), WHOLE, removal.plan(WHOLE, volumes=False))
    assert caught.value.what == "still present after down: shop-api-1, net, b"
    assert caught.value.fix == "docker rm --force removes a container that hangs"
