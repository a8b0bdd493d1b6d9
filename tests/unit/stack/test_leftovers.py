"""What dead instances left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.stack import leftovers
from dockgate.stack.leftovers import Found, find, plan, remove, select

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def stack(project: str, instance: str, checkout: str = "/here", *, up: bool = False, env: str = "dev") -> list[Found]:
    """Return the objects of one stack."""
    labels = {
        "com.docker.compose.project": project,
        "dev.dockgate.environment": env,
        "dev.dockgate.instance": instance,
        "dev.dockgate.checkout": checkout,
    }
    kinds = ("volume", "network", "container")
    return [Found(kind, f"{project}-{kind}", f"{project}_{kind}", labels, up and kind == "container") for kind in kinds]


def dead(*stacks: list[Found]) -> dict[str, str]:
    """Return the dead stacks and why."""
    found = select([one for objects in stacks for one in objects], {"prod"}, lambda folder: folder == "/here")
    return {one.project: one.reason for one in found}


def test_a_stack_is_dead_when_nothing_runs_and_nobody_will_come_back() -> None:
    """An instance that is down, or a checkout that is gone."""
    assert dead(
        stack("a", "one"),
        stack("b", "two", up=True),
        stack("c", ""),
        stack("d", "", "/gone"),
        stack("e", "", "/gone", up=True),
    ) == {"a": "instance one has no running container", "d": "its checkout /gone does not exist"}


def test_a_protected_environment_is_never_a_leftover() -> None:
    """Its volumes are production's data."""
    assert dead(stack("a", "", "/gone", env="prod")) == {}


def test_what_cannot_be_seen_is_not_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's checkout is theirs, and alive."""

    def refused(_path: Path) -> bool:
        raise PermissionError

    assert not leftovers._exists(tmp_path / "gone")
    monkeypatch.setattr("pathlib.Path.is_dir", refused)
    assert leftovers._exists(tmp_path)


class FakeEngine:
    """Lists one stack, and remembers what is removed."""

    class endpoint:  # noqa: N801 - stands for an attribute
        """A local engine."""

        local = True

    def __init__(self) -> None:
        """Remove nothing yet."""
        self.labels = stack("a", "", "/nowhere/at/all")[0].labels
        self.removed: list[str] = []

    def containers(self, filters: Any) -> list[dict[str, Any]]:
        """List one stopped container."""
        assert filters == {"label": ["dev.dockgate.project=shop"]}
        return [{"Id": "1", "Names": ["/a-api-1"], "State": "exited", "Labels": dict(self.labels)}]

    def networks(self, _labels: Any) -> list[dict[str, Any]]:
        """List one network."""
        return [{"Id": "2", "Name": "a_default", "Labels": self.labels}]

    def volumes(self, _labels: Any) -> list[dict[str, Any]]:
        """List one volume."""
        return [{"Name": "a_data", "Labels": self.labels}]

    def __getattr__(self, name: str) -> Any:
        """Remember a removal."""
        return lambda key: self.removed.append(f"{name} {key}")


def test_containers_go_before_networks_and_volumes_only_when_asked() -> None:
    """The plan lists exactly what is removed."""
    engine: Any = FakeEngine()
    found = find(engine, "shop", {"prod"})
    assert [str(step) for step in plan(found).steps] == [
        "remove container a-api-1 (its checkout /nowhere/at/all does not exist)",
        "remove network a_default (its checkout /nowhere/at/all does not exist)",
    ]
    remove(engine, found)
    assert engine.removed == ["remove 1", "remove_network 2"]
    remove(engine, found, volumes=True)
    assert engine.removed[-1] == "remove_volume a_data"
