"""A release in a registry that wants a login: the nodes pull it with the one of who deploys."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from dockgate.release.artifact import manifest
from tests import debian_tools

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.swarm.engines import Node
    from tests.swarm.shop import Shop

NODES = 1
PORT = 5000
REGISTRY = f"127.0.0.1:{PORT}"  # in the node's own network, where an engine takes one without TLS
USER, PASSWORD = "robot", "pull-only"
HASH = "$2b$04$TEYDtqmeJx5hlUBK3Hdz5OHNKJr4.oUUWdNSPNpcuQg.cB3TNlt8K"


@pytest.fixture(scope="module")
def login(nodes: tuple[Node, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run the registry; return the folder of a Docker client's configuration that is logged in to it."""
    folder = tmp_path_factory.mktemp("registry")
    program = debian_tools.program("docker-registry", folder / "package")
    (folder / "users").write_text(f"{USER}:{HASH}\n")
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{PORT}"},
        "auth": {"htpasswd": {"realm": "shop", "path": str(folder / "users")}},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    (folder / "client").mkdir()
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (folder / "client/config.json").write_text(json.dumps({"auths": {REGISTRY: {"auth": auth}}}))
    argv = ["nsenter", f"--net=/run/netns/{nodes[0].space}", program, "serve", str(folder / "config.yml")]
    with (folder / "log").open("wb") as log, subprocess.Popen(argv, stdout=log, stderr=log) as process:
        yield folder / "client"
        process.terminate()


def _push(project: Shop, login: Path, version: str) -> None:
    """Push the images of a release from the node, and leave none of them there."""
    node, env = project.nodes[0], {**os.environ, "DOCKER_CONFIG": str(login)}
    made, _, _ = manifest.load(project.root, version)
    for image in made.images:
        source = image.tag if image.name == "api" else project.source(image.name)
        saved = subprocess.run(["docker", "image", "save", source], check=True, capture_output=True).stdout
        node.docker("image", "load", data=saved)
        there = f"{REGISTRY}/{image.pushed}:{version}"
        node.docker("image", "tag", source, there)
        subprocess.run(["docker", "--host", node.host, "push", "--quiet", there], env=env, check=True)
        node.docker("image", "rm", "--force", source, there)


def test_the_nodes_pull_with_the_login_of_who_deploys(project: Shop, login: Path) -> None:
    """Who has none is told by the node that was refused, and what ran before runs."""
    project.release("1.1.0", registry=REGISTRY)
    _push(project, login, "1.1.0")
    said = project.inv("deploy", "--env=prod", "--timeout=20", code=5).stderr
    assert "1.1.0 was not deployed, every service is as it was before" in said
    project.inv("deploy", "--env=prod", "--timeout=60", DOCKER_CONFIG=str(login))
    running = project.nodes[0].docker("service", "ls", "--format", "{{.Name}} {{.Image}} {{.Replicas}}")
    assert f"shop-prod_api {REGISTRY}/shop/api" in running
    assert PASSWORD not in project.nodes[0].docker("service", "inspect", "shop-prod_api")
    end = time.monotonic() + 30
    while project.json("status", "--env=prod")["drift"]:
        assert time.monotonic() < end
        time.sleep(0.5)
