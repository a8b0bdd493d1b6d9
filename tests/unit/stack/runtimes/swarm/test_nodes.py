"""How each node's engine is reached, and what an environment says of its swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError
from dockgate.core.target import UP
from dockgate.stack import runtimes
from dockgate.stack.runtimes.swarm import nodes, settings
from dockgate.stack.runtimes.swarm.seen import Node
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

HERE = Endpoint("ssh://deploy@first.example:2222", "DOCKER_HOST")
WORKER = Node("n2", "worker", "10.0.0.2", ready=True, active=True)
SWARM = '[tool.dockgate]\nname = "shop"\n[tool.dockgate.environments.prod]\nruntime = "{}"\n{}'


def test_the_node_that_was_asked_is_itself() -> None:
    assert nodes.endpoint(WORKER, HERE, "n2", {}) is HERE


def test_others_are_reached_the_same_way_or_as_they_are_configured() -> None:
    assert nodes.endpoint(WORKER, HERE, "n1", {}) == Endpoint("ssh://deploy@10.0.0.2:2222", "DOCKER_HOST")
    bare = Endpoint("ssh://first.example", "DOCKER_HOST")
    assert nodes.endpoint(WORKER, bare, "n1", {}) == Endpoint("ssh://10.0.0.2", "DOCKER_HOST")
    given = {"worker": "ssh://root@worker.example"}
    assert nodes.endpoint(WORKER, HERE, "n1", given) == Endpoint("ssh://root@worker.example", "nodes.worker")


def test_without_a_way_the_key_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        nodes.endpoint(WORKER, Endpoint("unix:///x", "default"), "n1", {})
    assert str(caught.value) == (
        "no way to the engine of worker (10.0.0.2)\n"
        '  → [tool.dockgate.environments.NAME.swarm.nodes] worker = "ssh://user@10.0.0.2"'
    )


def test_settings_of_a_swarm(tmp_path: Path) -> None:
    table = '[tool.dockgate.environments.prod.swarm]\nendpoint-mode = "vip"\nwatch-seconds = 5\nnodes = {a = "ssh://a"}'
    found = settings.load(projects.make(tmp_path, SWARM.format("swarm", table)), "prod")
    assert (found.endpoint_mode, found.watch, dict(found.nodes)) == ("vip", 5.0, {"a": "ssh://a"})
    table = "[tool.dockgate.environments.prod.swarm]\nwatch-seconds = 0"
    assert settings.load(projects.make(tmp_path, SWARM.format("swarm", table)), "prod") == settings.Settings(watch=0.0)
    assert settings.load(projects.make(tmp_path, SWARM.format("swarm", "")), "prod") == settings.Settings("dnsrr", 30.0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('endpoint-mode = "none"', "endpoint-mode is 'none'\n  → one of: dnsrr, vip"),
        ("watch-seconds = -1", "watch-seconds must be 0 or more"),
        ("watch-seconds = -0.5", "watch-seconds must be 0 or more"),
        ("made-up = 1", "made-up is not a key of this table."),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, line: str, said: str) -> None:
    loaded = projects.make(tmp_path, SWARM.format("swarm", f"[tool.dockgate.environments.prod.swarm]\n{line}"))
    with pytest.raises(ConfigError) as caught:
        settings.load(loaded, "prod")
    assert str(caught.value) == f"pyproject.toml:6: [tool.dockgate.environments.prod.swarm] {said}"


def test_the_runtime_is_chosen_by_name(tmp_path: Path) -> None:
    """And the command that brings it up with it."""
    loaded = projects.make(tmp_path, SWARM.format("swarm", ""))
    target = projects.stack(loaded, "prod")
    runtime = runtimes.of(loaded, target)
    assert (runtime.traits.command, runtime.watch) == ("deploy", settings.WATCH)
    runtimes.brought_up_by(runtime, "deploy", target)
    with pytest.raises(ConfigError) as caught:
        runtimes.brought_up_by(runtime, "up", target)
    assert str(caught.value) == "prod runs on swarm: inv up is not for it\n  → inv deploy --env=prod"


def test_every_runtime_has_the_command_that_messages_name(tmp_path: Path) -> None:
    """Packages below know no runtime, and name its command."""
    for kind in runtimes.KINDS:
        stack = projects.stack(projects.make(tmp_path, SWARM.format(kind, "")), "prod")
        assert runtimes.of(projects.make(tmp_path, SWARM.format(kind, "")), stack).traits.command == UP[kind]
    assert set(runtimes.KINDS) == set(UP)


def test_an_unknown_runtime_names_the_near_ones(tmp_path: Path) -> None:
    loaded = projects.make(tmp_path, SWARM.format("swam", ""))
    with pytest.raises(ConfigError) as caught:
        runtimes.of(loaded, projects.stack(loaded, "prod"))
    assert str(caught.value) == (
        "pyproject.toml:4: [tool.dockgate.environments.prod] runtime is 'swam'. Did you mean swarm?\n"
        "  → one of: compose, swarm"
    )
