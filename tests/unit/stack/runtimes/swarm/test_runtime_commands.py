"""What the runtime lets the Docker client do, and on which engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.stack.runtimes.protocol import ExecRequest, LogRequest
from dockgate.system import docker_cli, process
from tests.unit.stack.runtimes.swarm import stacks
from tests.unit.stack.runtimes.swarm.deployed import PROCESS, READY
from tests.unit.stack.runtimes.swarm.manager import Manager

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.stack.runtimes.swarm.runtime import Swarm


def test_logs_of_each_service_are_dockers_own(runtime: Swarm, manager: Manager, attached: list[Command]) -> None:
    assert runtime.logs(LogRequest(("api", "db"), tail=5, since="1m", timestamps=True)) == 0
    assert [command.argv[1:] for command in attached] == [
        ("service", "logs", "--timestamps", "--tail", "5", "--since", "1m", f"shop-prod_{key}") for key in ("api", "db")
    ]
    client = (docker_cli.docker(PROCESS), "service", "logs")
    expected = Command((*client, "--follow", "shop-prod_db"), {**PROCESS, "DOCKER_HOST": "unix:///nowhere"})
    attached.clear()
    runtime.logs(LogRequest(("db",), follow=True))
    assert attached == [expected]
    attached.clear()
    runtime.logs(LogRequest())
    assert [each.argv[3:] for each in attached] == [(name,) for name in sorted(manager.names("services"))]
    with pytest.raises(ConfigError) as caught:
        runtime.logs(LogRequest(follow=True))
    assert str(caught.value) == "a swarm follows one service at a time\n  → --service=NAME"


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


def test_a_command_in_a_new_container_is_refused(runtime: Swarm) -> None:
    with pytest.raises(ConfigError) as caught:
        runtime.run_once(READY, "api", ExecRequest(("ls",)))
    assert str(caught.value) == (
        "a swarm runs no command in a new container in the foreground\n"
        "  → inv exec --env=prod --service=api -- CMD runs it in one that is up"
    )


def test_the_first_failure_of_several_logs_is_the_exit_code(runtime: Swarm, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter((0, 3, 4, 0))
    monkeypatch.setattr(process, "attach", lambda _: next(codes))
    assert runtime.logs(LogRequest()) == 3
    assert list(codes) == []


def test_exec_goes_to_the_engine_of_the_node(
    runtime: Swarm, attached: list[Command], contained: Callable[[str], None]
) -> None:
    contained("n1")
    [one, *_] = [each for each in runtime.observe().containers if each.service == "db"]
    assert runtime.exec(one, ExecRequest(("ls", "-l"), "root", ("A=b",), terminal=True)) == 0
    words = ("exec", "--interactive", "--tty", "--user=root", "--env=A=b", "c1", "ls", "-l")
    assert attached[0].argv[1:] == words
    assert attached[0].env == {**PROCESS, "DOCKER_HOST": stacks.TARGET.endpoint.host}
    runtime.exec(one, ExecRequest(("ls",)))
    assert attached[1].argv[1:] == ("exec", "--interactive", "c1", "ls")


def test_exec_in_a_container_that_is_gone_says_so(runtime: Swarm) -> None:
    [one, *_] = [each for each in runtime.observe().containers if each.service == "db"]
    for gone in (one, replace(one, id="none")):
        with pytest.raises(ToolFailedError) as caught:
            runtime.exec(gone, ExecRequest(("ls",)))
        what = "shop-prod_db.1 on node-n1 has no container any more"
        assert str(caught.value) == f"{what}\n  → inv status shows what runs"


def test_only_nodes_that_take_containers_have_engines(runtime: Swarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was asked is itself; the others as they are configured."""
    away = {"Status": {"State": "down", "Addr": "10.0.0.4"}}
    drained = {"Spec": {"Availability": "drain"}}
    listed = [stacks.node(), {**stacks.node("n2"), "Description": {"Hostname": "other"}}]
    listed += [{**stacks.node("n3"), **away}, {**stacks.node("n4"), **drained}]
    monkeypatch.setattr(Manager, "_get", lambda _, path, __: listed if "nodes" in path else {"Swarm": {"NodeID": "n1"}})
    here = stacks.TARGET.endpoint
    assert runtime.engines() == (("node-n1", here), ("other", Endpoint("ssh://other", "nodes.other")))
    assert runtime._engine_of("n1") == here
    assert runtime._engine_of("n2") == Endpoint("ssh://other", "nodes.other")
    assert runtime.watch == 30.0
    runtime._target = replace(stacks.TARGET, endpoint=Endpoint("ssh://me@server", "DOCKER_HOST"))
    listed[:] = [stacks.node(), stacks.node("n5", "0.0.0.0")]  # noqa: S104 - what an engine answers
    assert runtime.engines()[1] == ("node-n5", Endpoint("ssh://me@server", "DOCKER_HOST"))
    assert runtime._engine_of("n5") == Endpoint("ssh://me@server", "DOCKER_HOST")
