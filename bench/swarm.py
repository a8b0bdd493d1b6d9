"""One rolling update on a swarm of one real engine: `inv deploy` and `docker stack deploy`, under the same load.

Both go from the same release to the same release. What `docker stack deploy` cannot do is left out for it: the one-shot
on which its `--detach=false` hangs, and getting images to the node, which is timed apart.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bench.figures import Figure
from dockgate.core import project as projects
from dockgate.release.artifact import manifest
from dockgate.system import audit
from tests.swarm import engines, load, shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.swarm.engines import Node
    from tests.swarm.load import Load
    from tests.swarm.shop import Shop

LEAD = 2.0  # seconds of load before and after a change
RAM = "/dev/shm"  # noqa: S108 - a folder of its own there
MEGABYTE = 1e6


def measure() -> Iterator[Figure]:
    """Yield seconds until the new version is everywhere, failed requests, and bytes sent to the node."""
    with (
        tempfile.TemporaryDirectory(prefix="dockgate-bench-", dir=RAM) as place,
        engines.started(Path(place) / "engines", 1) as nodes,
    ):
        made = shop.make(Path(place) / "shop", nodes)
        try:
            made.release("1.0.0")
            made.inv("deploy", "--env=prod", "--ship")
            made.release("1.1.0")
            ours = _under_load(nodes[0], lambda: _deploy(made))
            yield from _figures("inv deploy", *ours)
            yield Figure("inv deploy: MB sent", _sent(made), "MB")
            made.inv("down", "--env=prod")
            file = _stack_file(made, Path(place))
            made.nodes[0].docker("stack", "deploy", "--detach=false", "-c", str(file("1.0.0")), "raw")
            raw = _under_load(nodes[0], lambda: _stack(made, file("1.1.0")))
            yield from _figures("docker stack deploy", *raw)
            yield Figure("docker save: MB sent", _saved(made), "MB")
        finally:
            shop.forget()


def _deploy(made: Shop) -> None:
    made.inv("deploy", "--env=prod", "--ship")


def _stack(made: Shop, file: Path) -> None:
    made.nodes[0].docker("stack", "deploy", "--detach=false", "-c", str(file), "raw")


def _under_load(node: Node, change: Callable[[], None]) -> tuple[float, Load]:
    with load.under([node.address], 100.0) as asked:
        time.sleep(LEAD)
        started = time.monotonic()
        change()
        seconds = time.monotonic() - started
        time.sleep(LEAD)
    return seconds, asked


def _figures(name: str, seconds: float, asked: Load) -> Iterator[Figure]:
    yield Figure(f"{name}: seconds to the new version everywhere", seconds, "s")
    yield Figure(f"{name}: of {asked.count} requests", len(asked.failed), "failed")


def _sent(made: Shop) -> float:
    lines = audit.lines(projects.load(made.root, made.env))
    return (
        sum(float(line["bytes"]) for line in lines if line["action"] == "ship" and line["version"] == "1.1.0")
        / MEGABYTE
    )


def _saved(made: Shop) -> float:
    """Return what `docker save | docker load` of the image that changed sends."""
    words = ["docker", "--host", made.nodes[0].host, "image", "save", "shop/api:1.1.0"]
    return len(subprocess.run(words, check=True, capture_output=True).stdout) / MEGABYTE


def _stack_file(made: Shop, place: Path) -> Callable[[str], Path]:
    """Return what writes the shop as a stack file of a release, as its author would: start-first, ports of the node."""

    def write(version: str) -> Path:
        found, _, _ = manifest.load(made.root, version)
        document = yaml.safe_load((made.root / "compose/base.yaml").read_text())
        del document["services"]["migrate"], document["x-service"]
        for name, service in document["services"].items():
            service.pop("depends_on", None)
            service.pop("restart", None)
            service["image"] = next(each.reference for each in found.images if each.name == name)
            service["deploy"] |= {"endpoint_mode": "dnsrr", "update_config": {"order": "start-first"}}
        document["services"]["store"]["deploy"]["update_config"]["order"] = "stop-first"
        document["services"]["gateway"]["deploy"]["update_config"]["order"] = "stop-first"
        document["services"]["gateway"]["ports"] = [{"target": 8080, "published": 8080, "mode": "host"}]
        (place / "token").write_text("a-password-of-the-bench")
        document["secrets"] = {"TOKEN": {"file": str(place / "token")}}
        document["version"] = "3.8"
        file = place / f"{version}.yaml"
        file.write_text(yaml.safe_dump(document))
        return file

    return write
