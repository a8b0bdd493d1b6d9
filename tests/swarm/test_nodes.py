"""A deployment on three real engines, joined by VXLAN: spread, shipped, and with one of them gone."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from typing import TYPE_CHECKING

from dockgate.core import project as projects
from dockgate.release.artifact import manifest
from dockgate.system import audit
from tests.swarm import load

if TYPE_CHECKING:
    from tests.swarm.shop import Shop

NODES = 3
DEPLOY = ("deploy", "--env=prod", "--ship", "--timeout=60")
RATE = 60.0  # a second: three engines and their gossip share the processors of one machine with it


def hosts(project: Shop, *but: int) -> list[str]:
    return [node.address for number, node in enumerate(project.nodes) if number not in but]


def placed(project: Shop, service: str) -> list[str]:
    """Return the nodes on which containers of a service run."""
    words = ("service", "ps", f"shop-prod_{service}", "--filter", "desired-state=running")
    lines = project.nodes[0].docker(*words, "--format", "{{.Node}} {{.CurrentState}}").splitlines()
    return sorted(line.split()[0] for line in lines if "Running" in line)


def until_running(project: Shop, service: str, *, but: str = "") -> None:
    """Wait for three containers of a service, none of them on a node that is gone."""
    end = time.monotonic() + 90
    while len(found := placed(project, service)) < NODES or but in found:
        assert time.monotonic() < end, found
        time.sleep(0.5)


def until_answering(project: Shop) -> None:
    """Wait for every gateway: of a node that was away, the manager may still say what it knew before."""
    end = time.monotonic() + 90
    for host in hosts(project):
        while True:
            with contextlib.suppress(OSError), socket.create_connection((host, load.PORT), timeout=2):
                break
            assert time.monotonic() < end, host
            time.sleep(0.5)


def test_the_first_deployment_is_on_every_node(project: Shop) -> None:
    """Over the overlay network each gateway reaches every API."""
    assert placed(project, "gateway") == ["node1", "node2", "node3"]
    assert set(placed(project, "api")) == {"node1", "node2", "node3"}
    with load.under(hosts(project), 50.0) as asked:
        time.sleep(3)
    assert asked.failed == []


def test_a_release_rolls_out_and_only_what_changed_is_sent(project: Shop) -> None:
    """To each node over the connection that is there."""
    project.release("1.1.0")
    with load.under(hosts(project), RATE) as asked:
        project.inv(*DEPLOY)
    assert asked.failed == []
    loaded = projects.load(project.root, project.env)
    lines = [each for each in audit.lines(loaded) if each["action"] == "ship" and each["version"] == "1.1.0"]
    assert sorted(line["node"] for line in lines) == ["node1", "node2", "node3"]
    folders = [manifest.folder(project.root, version) / "oci/blobs/sha256" for version in ("1.0.0", "1.1.0")]
    before, after = ({file.name: file.stat().st_size for file in folder.iterdir()} for folder in folders)
    changed = sum(size for name, size in after.items() if name not in before)
    for line in lines:
        assert line["bytes"] <= 1.1 * changed, (line, changed)


def test_exec_reaches_a_container_on_another_node(project: Shop) -> None:
    hostname = project.inv("exec", "--env=prod", "--service=api", "--", "python3", "-c", "print(1)").stdout
    assert hostname.strip() == "1"


def test_a_worker_whose_engine_is_killed_is_replaced(project: Shop) -> None:
    """Callers of the other gateways miss less than one request in a hundred."""
    with load.under(hosts(project, 2), RATE) as asked:
        time.sleep(1)
        project.nodes[2].kill()
        until_running(project, "api", but="node3")
        time.sleep(5)
    assert len(asked.failed) < 0.01 * asked.count
    status = project.inv("status", "--env=prod", "--json", code=0)
    assert json.loads(status.stdout)["healthy"]
    project.nodes[2].start()
    until_running(project, "gateway")
    until_answering(project)


def test_a_node_that_was_cut_off_joins_again(project: Shop) -> None:
    """Its addresses on the overlay network may be stale for a moment."""
    with load.under(hosts(project, 1), RATE) as asked:
        time.sleep(1)
        project.nodes[1].cut(off=True)
        time.sleep(15)
        project.nodes[1].cut(off=False)
        time.sleep(15)
    assert len(asked.failed) < 0.01 * asked.count
    until_running(project, "gateway")
    project.release("1.2.0")
    project.inv(*DEPLOY)
    assert set(load_once(project)) == {"1.2.0"}


def load_once(project: Shop) -> dict[str, int]:
    """Return which versions answer at all gateways."""
    with load.under(hosts(project), 50.0) as asked:
        time.sleep(2)
    assert asked.failed == []
    return dict(asked.versions)
