"""The protocol of runtimes, on a manager in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.engine import containers as engine_containers
from dockgate.engine.swarm import Swarm as Api
from dockgate.stack.runtimes.protocol import ExecRequest, LogRequest, Order
from dockgate.stack.runtimes.swarm import records, removal, returning, rollout
from dockgate.stack.runtimes.swarm.runtime import Swarm
from dockgate.system import process
from tests.unit import projects
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.plan import Command

READY = stacks.prepared(stacks.shop())
SETTINGS = """
[tool.dockgate]
name = "shop"
[tool.dockgate.environments.prod]
runtime = "swarm"
[tool.dockgate.environments.prod.swarm]
nodes = {node-n1 = "unix:///other"}
"""


class Volumes:
    """The engine of a node, as far as its volumes."""

    left: tuple[str, ...] = ("shop-prod_data",)

    def __init__(self, _: object) -> None:
        """Take any endpoint."""

    def volumes(self, _: object) -> list[dict[str, str]]:
        return [{"Name": name} for name in Volumes.left]

    def remove_volume(self, name: str) -> None:
        Volumes.left = tuple(each for each in Volumes.left if each != name)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Manager:
    made = Manager()
    monkeypatch.setattr(engine_containers, "connect", lambda _: made)
    monkeypatch.setattr(rollout, "LOOK", 0.01)
    monkeypatch.setattr(returning, "LOOK", 0.01)
    monkeypatch.setattr(removal, "Engine", Volumes)
    monkeypatch.setattr(Volumes, "left", ("shop-prod_data",))
    return made


@pytest.fixture
def runtime(tmp_path: Path, manager: Manager) -> Swarm:
    assert manager.names("services") == []
    made = Swarm(projects.make(tmp_path, SETTINGS), stacks.TARGET)
    observed = made.observe()
    made.run(READY, observed, made.plan(READY, observed), Order(timeout=1.0))
    return made


@pytest.fixture
def attached(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """Return the commands that were run in the foreground."""
    found: list[Command] = []

    def attach(command: Command) -> int:
        found.append(command)
        return 0

    monkeypatch.setattr(process, "attach", attach)
    return found


def restart(runtime: Swarm, *services: str) -> Any:
    observed = runtime.observe()
    plan = runtime.plan_restart(READY, observed, services)
    return plan, runtime.run(READY, observed, plan, Order(timeout=1.0))


def test_what_was_deployed_is_observed_and_nothing_is_left_to_do(runtime: Swarm) -> None:
    observed = runtime.observe()
    assert {each.service for each in observed.containers} == {"db", "migrate", "api", "gateway"}
    assert not runtime.plan(READY, observed)
    lives = runtime.lives(observed.containers)
    assert {each.since for each in lives.values()} == {"2026-11-28T12:00:00Z"}
    assert any("depends_on" in note for note in runtime.notes(READY))


def test_it_is_recorded_on_the_swarm(runtime: Swarm, manager: Manager) -> None:
    assert runtime.observe().services
    [record] = records.listed(Api(manager), "shop-prod")
    assert (record.action, record.result) == ("deploy", "done")


def test_a_restart_is_a_new_container_of_the_same_specification(runtime: Swarm, manager: Manager) -> None:
    plan, outcome = restart(runtime, "api")
    assert str(plan) == "restart api (asked for; start-first)"
    assert outcome.failed == ()
    api, gateway = (manager.named("services", f"shop-prod_{key}") for key in ("api", "gateway"))
    assert api
    assert gateway
    assert api["Spec"]["TaskTemplate"]["ForceUpdate"] == 1
    assert "ForceUpdate" not in gateway["Spec"]["TaskTemplate"]
    assert not runtime.plan(READY, runtime.observe())


def test_a_one_shot_can_be_run_again(runtime: Swarm, manager: Manager) -> None:
    observed = runtime.observe()
    before = len(manager.said)
    runtime.run_jobs(READY, observed, runtime.plan_jobs(READY, observed, ["migrate"]), Order(("migrate",), 1.0))
    services = [line.split()[0] for line in manager.said[before:] if "services" in line]
    assert services == ["DELETE", "POST"]


def test_a_command_in_a_new_container_is_refused(runtime: Swarm) -> None:
    with pytest.raises(ConfigError, match="no command in a new container"):
        runtime.run_once(READY, "api", ExecRequest(("ls",)))


def test_logs_of_each_service_are_dockers_own(runtime: Swarm, attached: list[Command]) -> None:
    assert runtime.logs(LogRequest(("api", "db"), tail=5, since="1m", timestamps=True)) == 0
    assert [command.argv[1:] for command in attached] == [
        ("service", "logs", "--timestamps", "--tail", "5", "--since", "1m", f"shop-prod_{key}") for key in ("api", "db")
    ]
    with pytest.raises(ConfigError, match="follows one service at a time"):
        runtime.logs(LogRequest(follow=True))


@pytest.fixture
def contained(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what gives all tasks a container on a node."""
    real = Manager._tasks

    def place(node: str) -> None:
        def tasks(self: Manager, service: Any) -> list[dict[str, Any]]:
            found = real(self, service)
            for each in found:
                each["Status"]["ContainerStatus"] = {"ContainerID": "c1"}
                each["NodeID"] = node
            return found

        monkeypatch.setattr(Manager, "_tasks", tasks)

    return place


def test_exec_goes_to_the_engine_of_the_node(
    runtime: Swarm, attached: list[Command], contained: Callable[[str], None]
) -> None:
    contained("n1")
    [one, *_] = [each for each in runtime.observe().containers if each.service == "db"]
    assert runtime.exec(one, ExecRequest(("ls", "-l"), "root", ("A=b",), terminal=True)) == 0
    words = ("exec", "--interactive", "--tty", "--user=root", "--env=A=b", "c1", "ls", "-l")
    assert attached[0].argv[1:] == words
    assert attached[0].env["DOCKER_HOST"] == stacks.TARGET.endpoint.host


def test_exec_in_a_container_that_is_gone_says_so(runtime: Swarm) -> None:
    [one, *_] = [each for each in runtime.observe().containers if each.service == "db"]
    with pytest.raises(ToolFailedError, match="has no container any more"):
        runtime.exec(one, ExecRequest(("ls",)))


def test_the_lock_is_held_on_the_swarm(runtime: Swarm, manager: Manager) -> None:
    with runtime.exclusive("deploy", 0.0, print):
        assert "shop-prod.lock" in manager.names("configs")
    assert "shop-prod.lock" not in manager.names("configs")


def test_down_removes_all_but_volumes_and_records(runtime: Swarm, manager: Manager) -> None:
    stack = runtime.holdings()
    plan = runtime.plan_removal(stack, volumes=False)
    assert [step.cause for step in plan.steps] == ["service"] * 4 + ["network", "config", "secret"]
    removed = runtime.remove(stack, plan)
    assert (removed.networks, removed.volumes) == (("shop-prod_default",), ())
    assert [manager.names(kind) for kind in ("services", "networks", "secrets")] == [[], [], []]
    assert all(".record-" in name for name in manager.names("configs"))
    assert Volumes.left == ("shop-prod_data",)


def test_volumes_are_removed_where_that_is_asked_for(runtime: Swarm) -> None:
    stack = runtime.holdings()
    removed = runtime.remove(stack, runtime.plan_removal(stack, volumes=True))
    assert removed.volumes == ("shop-prod_data",)
    assert Volumes.left == ()


def test_a_failed_deployment_is_recorded_with_its_reason(runtime: Swarm, manager: Manager) -> None:
    ready = stacks.prepared(stacks.shop("b"))
    manager.bad = {stacks.image("api", "b")}
    observed = runtime.observe()
    outcome = runtime.run(ready, observed, runtime.plan(ready, observed), Order(timeout=1.0))
    assert outcome.failed == ("api",)
    record = records.listed(Api(manager), "shop-prod")[0]
    assert record.result == "failed"
    assert record.why.startswith("api went back to what it was")
