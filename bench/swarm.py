"""A release on three engines beside `docker stack deploy`: seconds, failed requests, bytes; and the way back.

The engines are its own, in network namespaces; it needs root, and the images that `inv build --env=prod` makes.
Both are asked for the same rolling update: the new container first, one at a time. `docker stack deploy` ships nothing:
each of its nodes has the image already.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

from bench.figures import Figure
from dockgate.core import project
from dockgate.release.artifact import manifest
from dockgate.system import audit
from tests.swarm import engines, load, shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.swarm.engines import Node
    from tests.swarm.load import Load
    from tests.swarm.shop import Shop

NODES = 3
RATE = 200.0  # a second
ROLLBACK = 15.0  # seconds
SHIPPED = 1.1  # of the bytes of layers that changed
RAM = Path("/dev/shm")  # noqa: S108 - a folder of its own there
STACK = "plain"
PLAIN = """
services:
  api:
    image: {image}
    command: ["api"]
    stop_grace_period: 15s
    networks: [front]
    healthcheck:
      test: ["CMD", "/usr/local/bin/probe", "http", "127.0.0.1:8000", "/healthz"]
      interval: 2s
      retries: 2
      start_period: 3s
    deploy: {{replicas: 3, endpoint_mode: dnsrr, update_config: {{order: start-first}}}}
  gateway:
    image: {gateway}
    environment: {{API_UPSTREAM: "api:8000"}}
    networks: [front]
    ports: [{{target: 8080, published: 8080, mode: host}}]
    deploy: {{mode: global, endpoint_mode: dnsrr}}
networks: {{front: {{}}}}
"""


def measure() -> Iterator[Figure]:
    """Roll out a release and take it back, then do the same with Docker's own command."""
    with TemporaryDirectory() as folder, engines.started(Path(mkdtemp(dir=RAM)), NODES) as nodes:
        made = shop.make(Path(folder, "shop"), nodes, replicas=NODES)
        try:
            made.release("1.0.0")
            made.inv("deploy", "--env=prod", "--ship", "--timeout=60")
            made.release("1.1.0")
            ours, asked = _under(nodes, lambda: made.inv("deploy", "--env=prod", "--ship", "--timeout=60"), "1.1.0")
            yield _failed("deploy", asked, 0.0)
            yield Figure("swarm: bytes sent, of what changed", _sent(made), "×", SHIPPED)
            made.point("1.0.0")
            back, asked = _under(nodes, lambda: made.inv("deploy", "--env=prod"), "1.0.0")
            yield _failed("back to the release before", asked, 0.0)
            yield Figure("swarm: seconds back to the release before", back, "s", ROLLBACK)
            made.inv("down", "--env=prod", "--volumes", "--yes")
            theirs = _stack(nodes, Path(folder), "1.0.0")
            assert theirs >= 0.0
            theirs, asked = _under(nodes, lambda: _stack(nodes, Path(folder), "1.1.0"), "1.1.0")
            yield _failed("docker stack deploy", asked)
            yield Figure("swarm: seconds to the new version", ours, "s", detail=f"docker stack deploy {theirs:.1f} s")
            yield Figure("swarm: deploy, of docker stack deploy", ours / theirs, "×")
        finally:
            shop.forget()


def _under(nodes: Sequence[Node], change: Callable[[], object], version: str) -> tuple[float, Load]:
    """Return the seconds until every gateway answers with a version alone, and what was asked meanwhile."""
    hosts = [node.address for node in nodes]
    with load.under(hosts, RATE) as asked:
        time.sleep(2)
        started = time.monotonic()
        change()
        taken = time.monotonic() - started
        time.sleep(2)
    with load.under(hosts, 50.0) as after:
        time.sleep(2)
    assert set(after.versions) == {version}, after
    return taken, asked


def _failed(what: str, asked: Load, gate: float | None = None) -> Figure:
    detail = f"of {asked.count:,} requests, {asked.rate:.0f} a second"
    return Figure(f"swarm: failed requests, {what}", len(asked.failed), "", gate, detail=detail)


def _sent(made: Shop) -> float:
    """Return the most that a node was sent, as a share of the bytes of the layers that changed."""
    folders = [manifest.folder(made.root, version) / "oci/blobs/sha256" for version in ("1.0.0", "1.1.0")]
    before, after = ({file.name: file.stat().st_size for file in folder.iterdir()} for folder in folders)
    changed = sum(size for name, size in after.items() if name not in before)
    loaded = project.load(made.root, made.env)
    lines = [each for each in audit.lines(loaded) if each["action"] == "ship" and each["version"] == "1.1.0"]
    return max(int(line["bytes"]) for line in lines) / changed


def _stack(nodes: Sequence[Node], folder: Path, version: str) -> float:
    """Deploy a version with Docker's own command; return its seconds."""
    file = folder / "stack.yaml"
    file.write_text(PLAIN.format(image=f"shop/api:{version}", gateway="shop/gateway:1.0.0"))
    started = time.monotonic()
    words = ("stack", "deploy", "--detach=false", "--resolve-image=never", f"--compose-file={file}", STACK)
    nodes[0].docker(*words)
    _settled(nodes[0])
    return time.monotonic() - started


def _settled(manager: Node) -> None:
    """Wait until every service has what it should: the command has been seen to end before."""
    end = time.monotonic() + 60
    while True:
        listed = manager.docker("service", "ls", "--format", "{{json .}}").splitlines()
        counts = [json.loads(line)["Replicas"].split()[0].split("/") for line in listed]
        if counts and all(there == wanted for there, wanted in counts):
            return
        assert time.monotonic() < end, listed
        time.sleep(0.5)
