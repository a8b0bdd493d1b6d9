"""What goes with a stack, and what is said of what stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.secrets import runtime_files
from dockgate.stack.runtimes.compose import removal
from dockgate.stack.runtimes.protocol import Holdings
from dockgate.system import process
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

ONE: Any = SimpleNamespace(name="shop-api-1")
WHOLE = Holdings((ONE,), ("net",), ("data", "cache"))


class World:
    """An engine of which each look shows what is next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *looks: Holdings) -> None:
        self.looks, self.done = list(looks), list[str]()
        monkeypatch.setattr(removal, "Engine", lambda _endpoint: self)
        monkeypatch.setattr(removal, "look", lambda _target: self.looks.pop(0))
        monkeypatch.setattr(process, "run", lambda command: self.done.append(" ".join(command.argv[-3:])))
        monkeypatch.setattr(runtime_files, "remove", lambda *_given: 2)

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
    removed = removal.remove(project, projects.stack(project), WHOLE, plan)
    words = "down --remove-orphans --volumes" if volumes else "down --remove-orphans"
    assert world.done[0].endswith(words)
    assert world.done[1:] == ["network net", *(["volume data"] if volumes else [])]
    assert removed.containers == ("shop-api-1",)
    assert removed.volumes == (("data", "cache") if volumes else ())
    causes = [(step.target, step.cause) for step in plan.steps]
    data = [(name, "volume, with all data in it") for name in ("data", "cache")]
    assert causes == [("shop-api-1", "container"), ("net", "network"), *(data if volumes else [])]


def test_what_stays_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = projects.make(tmp_path)
    World(monkeypatch, Holdings((), (), ()), Holdings((ONE,), ("net", "b"), ()))
    with pytest.raises(ToolFailedError) as caught:
        removal.remove(project, projects.stack(project), WHOLE, removal.plan(WHOLE, volumes=False))
    assert caught.value.what == "still present after down: shop-api-1, net, b"
    assert caught.value.fix == "docker rm --force removes a container that hangs"
