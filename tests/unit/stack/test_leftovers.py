"""What dead instances left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from dockgate.core.plan import Effect
from dockgate.stack import leftovers
from dockgate.stack.leftovers import Found, Leftover, find, plan, remove, select

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


def test_a_leftover_is_told_whole() -> None:
    """Its objects by kind and name; what has no stack's label is none of ours."""
    objects = stack("a", "one", env="")
    second = Found("container", "2", "a_b", objects[0].labels)
    bare = Found("volume", "v", "v", {"dev.dockgate.instance": "four"})
    alone = Found("network", "n", "n", {"com.docker.compose.project": "z"})
    least = Found("network", "m", "m", {"com.docker.compose.project": "c", "dev.dockgate.instance": "three"})
    found = select([*stack("b", "two"), *objects, second, bare, alone, least], (), lambda _: True)
    first = Leftover("a", "", "/here", "instance one has no running container", (second, *objects[2:0:-1], objects[0]))
    assert [each.project for each in found] == ["a", "b", "c"]
    assert (found[0], found[2]) == (first, Leftover("c", "", "", "instance three has no running container", (least,)))


def test_a_checkout_of_another_machine_is_not_looked_for() -> None:
    """Whether it is there is not known here."""
    engine: Any = FakeEngine()
    assert [each.reason for each in find(engine, "shop", ())] == ["its checkout /nowhere/at/all does not exist"]
    engine.endpoint = SimpleNamespace(local=False)
    assert find(engine, "shop", ()) == ()
    engine.labels = stack("a", "one", "/nowhere/at/all")[0].labels
    [found] = find(engine, "shop", ())
    assert found.objects == (
        Found("container", "1", "a-api-1", engine.labels),
        Found("network", "2", "a_default", engine.labels),
        Found("volume", "a_data", "a_data", engine.labels),
    )
    for state in ("running", "restarting", "paused"):
        engine.state = state
        assert find(engine, "shop", ()) == ()


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
        self.state = "exited"

    def containers(self, filters: Any) -> list[dict[str, Any]]:
        """List one stopped container."""
        assert filters == {"label": ["dev.dockgate.project=shop"]}
        return [{"Id": "1", "Names": ["/a-api-1"], "State": self.state, "Labels": dict(self.labels)}]

    def networks(self, labels: Any) -> list[dict[str, Any]]:
        """List one network."""
        assert labels == ["dev.dockgate.project=shop"]
        return [{"Id": "2", "Name": "a_default", "Labels": self.labels}]

    def volumes(self, labels: Any) -> list[dict[str, Any]]:
        """List one volume."""
        assert labels == ["dev.dockgate.project=shop"]
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
    assert {step.effect for step in plan(found).steps} == {Effect.DESTROY}
    assert str(plan(found, volumes=True).steps[-1]) == (
        "remove volume a_data (its checkout /nowhere/at/all does not exist)"
    )
    remove(engine, found)
    assert engine.removed == ["remove 1", "remove_network 2"]
    remove(engine, found, volumes=True)
    assert engine.removed[-1] == "remove_volume a_data"
