"""doctor and clean."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import project
from dockgate.core.errors import MissingToolError
from dockgate.core.target import stack_lock
from dockgate.engine import containers, sdk_client
from dockgate.engine.containers import Port
from dockgate.release.promotion import retention
from dockgate.release.promotion.retention import Outdated
from dockgate.secrets import runtime_files
from dockgate.stack import doctor, leftovers
from dockgate.stack.doctor import Check
from dockgate.stack.leftovers import Found, Leftover
from dockgate.system import audit, locks, ram_folder
from dockgate.tasks import upkeep
from dockgate.tasks.framework import Session
from tests.unit import projects
from tests.unit.stack.startup.stacks import container, model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from tests.unit.tasks.world import World

FOUND = (Found("container", "1", "shop-dev-x-a", {}), Found("volume", "2", "shop-dev-x_data", {}))
EVERYWHERE = (
    "environment dev staging prod · project shop · endpoint unix:///nowhere/docker.sock · files pyproject.toml\n"
)
HELD = (locks.State.HELD, None)
DEAD = (Leftover("shop-dev-x", "dev", "/nowhere/at/all", "nothing of the instance x runs", FOUND),)


class FakeEngine:
    """Stands for the engine: only its endpoint is looked at here."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return worlds.make(tmp_path, model(service("api")), monkeypatch)


def test_doctor_exits_4_when_something_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And looks at the ports of every environment, or of the one named; the first line says what is looked at."""
    asked: list[dict[str, int]] = []
    stacks: list[str] = []

    def examine(_project: object, _endpoint: object, ports: dict[str, int]) -> list[Check]:
        asked.append(dict(ports))
        return [Check("engine", good=len(ports) > 1, found="x", fix="fix it"), Check("git", good=True, found="2")]

    def listed(_endpoint: object, stack: str) -> tuple[()]:
        stacks.append(stack)
        return ()

    monkeypatch.setattr(doctor, "examine", examine)
    monkeypatch.setattr(containers, "containers", listed)
    assert world.inv("doctor", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr() == ("ok       engine       x\nok       git          2\n", EVERYWHERE)
    assert world.inv("doctor", "--env=dev", "--json", monkeypatch=monkeypatch) == 4
    assert json.loads(capsys.readouterr().out)["good"] is False
    assert asked[0] == {f"DOOR_PORT of {name}": 8080 for name in ("dev", "staging", "prod")}
    assert asked[1] == {"DOOR_PORT of dev": 8080}
    assert stacks == ["shop-dev", "shop-staging", "shop-prod", "shop-dev"]


@pytest.mark.parametrize(("published", "left"), [(8080, {}), (9090, {"DOOR_PORT of dev": 8080})])
def test_a_port_that_its_own_stack_holds_is_no_problem(
    world: World, monkeypatch: pytest.MonkeyPatch, published: int, left: dict[str, int]
) -> None:
    """Of what is no port, or is not declared, nothing is looked at; without an engine nothing is held."""
    (world.folder / "env/dev.env").write_text("GREETING=8081\nOTHER_PORT=8082\n", encoding="utf-8")
    stack = projects.stack(project.load(world.folder, {}))
    one = container("api", ports=(Port(80, published, "127.0.0.1"),))

    def containers_of(*given: object) -> tuple[containers.Container, ...]:
        assert given == (stack.endpoint, "shop-dev")
        return (one,)

    loaded = project.load(world.folder, {})
    monkeypatch.setattr(containers, "containers", containers_of)
    assert upkeep._ports(loaded, stack) == left

    def silent(*_given: object) -> None:
        raise MissingToolError("no engine")

    monkeypatch.setattr(containers, "containers", silent)
    assert upkeep._ports(loaded, stack) == {"DOOR_PORT of dev": 8080}
    (world.folder / "env/dev.env").write_text("DOOR_PORT=door\n", encoding="utf-8")
    assert upkeep._ports(project.load(world.folder, {}), stack) == {}


@pytest.mark.parametrize("state", [locks.State.HELD, locks.State.INHERITED, locks.State.FREE])
def test_a_stack_is_busy_while_its_lock_is_held(
    world: World, monkeypatch: pytest.MonkeyPatch, state: locks.State
) -> None:
    """By this process or another one."""
    session = Session(json=False, root=world.folder)
    stack = projects.stack(session.project)

    def inspect(*given: object) -> tuple[locks.State, None]:
        assert given == (session.project, stack_lock("shop-dev-x", stack.endpoint))
        return state, None

    monkeypatch.setattr(locks, "inspect", inspect)
    engine: Any = FakeEngine(stack.endpoint)
    assert upkeep._busy(session, engine, DEAD[0]) is (state is not locks.State.FREE)


@pytest.mark.parametrize("volumes", [True, False])
def test_a_dead_stack_is_looked_for_again_under_its_lock(
    world: World, monkeypatch: pytest.MonkeyPatch, *, volumes: bool
) -> None:
    """What came up meanwhile, or is another one, stays."""
    session = Session(json=False, root=world.folder)
    where = projects.stack(session.project).endpoint
    done: list[object] = []
    engine: Any = FakeEngine(where)
    other = replace(DEAD[0], project="shop-dev-y")

    def find(*given: object) -> tuple[Leftover, ...]:
        assert given == (engine, "shop", ["prod"])
        state, holder = locks.inspect(session.project, stack_lock("shop-dev-x", where))
        assert (state, holder and holder.message) == (locks.State.HELD, "clean")
        return (other, *DEAD)

    monkeypatch.setattr(leftovers, "find", find)
    monkeypatch.setattr(leftovers, "remove", lambda *given, **flags: done.append((given, flags)))
    monkeypatch.setattr(runtime_files, "forget", lambda *given: done.append(given))
    upkeep._remove(session, engine, "shop-dev-x", volumes=volumes)
    assert done == [((engine, DEAD), {"volumes": volumes}), (session.project, "shop-dev-x", "/nowhere/at/all")]


def test_clean_removes_what_is_dead_once_confirmed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody to ask is a no; a dry run only tells; protected environments are named to the search."""
    removed: list[object] = []
    protected: list[object] = []

    def find(_engine: object, name: str, kept: list[str]) -> tuple[Leftover, ...]:
        protected.append((name, kept))
        return DEAD

    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(leftovers, "find", find)
    monkeypatch.setattr(leftovers, "remove", lambda _engine, found, **_options: removed.append(found))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert world.inv("clean", monkeypatch=monkeypatch) == 6
    assert world.inv("clean", "--dry-run", monkeypatch=monkeypatch) == 0
    assert removed == []
    capsys.readouterr()
    assert world.inv("clean", "--yes", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["removed"] is True
    assert removed == [DEAD]
    assert protected[0] == ("shop", ["prod"])


def test_clean_leaves_a_stack_that_somebody_works_on(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between being created and started nothing of it runs; the lock tells."""
    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(leftovers, "find", lambda *_a: DEAD)
    monkeypatch.setattr(locks, "inspect", lambda _project, name: HELD if name.startswith("shop-dev-x ") else 0)
    assert world.inv("clean", "--yes", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out) == {"steps": [], "removed": False}


def test_clean_removes_the_secrets_of_the_dead_too(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They were on RAM for containers that are gone."""
    ram = tmp_path / "ram"
    monkeypatch.setattr(ram_folder, "places", lambda: (ram,))
    folder = runtime_files._named(ram, "shop-dev-x", "/nowhere/at/all")
    for path in (ram, folder.parent, folder):
        path.mkdir(mode=0o700)
    (folder / "TOKEN").write_text("x")
    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(leftovers, "find", lambda *_a: DEAD)
    monkeypatch.setattr(leftovers, "remove", lambda *_a, **_options: None)
    assert world.inv("clean", "--yes", monkeypatch=monkeypatch) == 0
    assert not folder.exists()


def test_clean_says_that_volumes_stay(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Data of a dead instance is not nothing, but goes only when asked."""
    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    only = (replace(DEAD[0], objects=FOUND[1:]),)
    monkeypatch.setattr(leftovers, "find", lambda *_a: only)
    assert world.inv("clean", "--yes", monkeypatch=monkeypatch) == 0
    nothing = "only volumes remain: --volumes removes them and all data in them\n"
    assert capsys.readouterr() == (nothing, EVERYWHERE)
    assert world.inv("clean", "--volumes", "--dry-run", monkeypatch=monkeypatch) == 0
    plan = "remove volume shop-dev-x_data (nothing of the instance x runs)\n"
    assert capsys.readouterr() == (plan, EVERYWHERE)


def test_clean_takes_old_images_only_when_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the same plan; what was removed is in the audit log."""
    removed: list[str] = []
    kept: list[int] = []

    def find(_project: object, _engine: object, keep: int) -> tuple[Outdated, ...]:
        kept.append(keep)
        return (Outdated("shop/api:1.0.0", "old"), Outdated("shop/db:1.0.0", "old"))

    monkeypatch.setattr(sdk_client, "Engine", FakeEngine)
    monkeypatch.setattr(FakeEngine, "remove_image", lambda _engine, name: removed.append(name), raising=False)
    monkeypatch.setattr(leftovers, "find", lambda *_arguments: ())
    monkeypatch.setattr(leftovers, "remove", lambda *_arguments, **_options: None)
    monkeypatch.setattr(retention, "find", find)
    assert world.inv("clean", "--yes", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr() == ("nothing to remove\n", EVERYWHERE)
    plan = "remove image shop/api:1.0.0 (old)\nremove image shop/db:1.0.0 (old)\n"
    assert world.inv("clean", "--images", "--dry-run", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr() == (plan, EVERYWHERE)
    assert removed == []
    assert world.inv("clean", "--images", "--keep", "2", "--yes", "--json", monkeypatch=monkeypatch) == 0
    images = ["shop/api:1.0.0", "shop/db:1.0.0"]
    shown = capsys.readouterr()
    assert [step["target"] for step in json.loads(shown.out)["steps"]] == [f"image {each}" for each in images]
    assert (shown.err, removed, kept) == (EVERYWHERE + plan, images, [5, 2])
    (line,) = audit.lines(project.load(world.folder, {}))
    done = {"action": "clean", "result": "done", "removed": "image shop/api:1.0.0, image shop/db:1.0.0"}
    assert {key: line[key] for key in done} == done
