"""A swarm of two nodes that is reached over ssh, as from a laptop: nothing else of it answers there."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.swarm import shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.swarm.engines import Node
    from tests.swarm.shop import Shop

NODES = 2
SERVER = Path("/usr/sbin/sshd")
SEPARATED = Path("/run/sshd")  # the server wants this folder, which its unit would make
CONFIG = """
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
MaxStartups 100
SetEnv DOCKER_HOST={engine} PATH=/usr/bin:/bin
"""

USER = Path.home() / ".ssh"
DEPLOY = ("deploy", "--env=prod", "--ship", "--timeout=90")

pytestmark = pytest.mark.skipif(not SERVER.exists(), reason="wants an OpenSSH server: apt-get install openssh-server")


@contextmanager
def server(node: Node, folder: Path) -> Iterator[None]:
    """Let root in by key, to the node's own engine."""
    config = folder / f"{node.name}.conf"
    config.write_text(CONFIG.format(folder=folder, engine=node.host))
    argv = ["nsenter", f"--net=/run/netns/{node.space}", str(SERVER), "-D", "-e", "-f", str(config)]
    with (folder / f"{node.name}.log").open("wb") as log, subprocess.Popen(argv, stderr=log) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def client(nodes: tuple[Node, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the `.ssh` of who deploys, while every node has a server."""
    folder, mine = tmp_path_factory.mktemp("sshd"), tmp_path_factory.mktemp("ssh")
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    shutil.copy(folder / "key", mine / "id_ed25519")
    public = " ".join((folder / "host.pub").read_text().split()[:2])
    (mine / "known_hosts").write_text("".join(f"{node.address} {public}\n" for node in nodes))
    with ExitStack() as undo:
        for place in (SEPARATED, USER):
            if not place.exists():
                place.mkdir(mode=0o700)
                undo.callback(place.rmdir)
        for node in nodes:
            undo.enter_context(server(node, folder))
        time.sleep(1)
        yield mine


@pytest.fixture(scope="module")
def project(nodes: tuple[Node, ...], client: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a project whose engine is at ssh://, whose other nodes are reached as the same user, and its release."""
    made = shop.make(tmp_path_factory.mktemp("shop") / "shop", nodes)
    settings = made.root / "pyproject.toml"
    address = f"ssh://root@{nodes[0].address}"
    without = [line for line in settings.read_text().splitlines() if not line.startswith("node")]
    settings.write_text("\n".join(without).replace('endpoints = ["local"]', f'endpoints = ["{address}"]'))
    # ssh looks for its files where the user database says that root's are, whatever HOME is.
    own = ("unshare", "--mount", "sh", "-c", f'mount --bind "$0" {USER} && exec "$@"', str(client))
    try:
        made.release("1.0.0")
        yield replace(made, env={**made.env, "DOCKER_HOST": address}, before=own)
    finally:
        shop.forget()


def test_a_release_is_shipped_started_and_looked_at(project: Shop) -> None:
    """On both nodes, over the connections that there are: images, logs, a command in a container, and the way back."""
    project.inv(*DEPLOY)
    status = project.json("status", "--env=prod")
    assert {each["state"] for each in status["services"]} == {"running", "completed"}
    for node in project.nodes:
        assert "shop-prod_api" in node.docker("ps", "--format", "{{.Names}}")
    inside = project.inv("exec", "--env=prod", "--service=api", "--", "python3", "-c", "print('inside')")
    assert inside.stdout == "inside\n"
    assert project.inv("logs", "--env=prod", "--service=api").stdout


def test_the_release_before_comes_back(project: Shop) -> None:
    """What is removed with the stack is removed on every node: its volumes, too."""
    project.release("1.1.0")
    project.inv(*DEPLOY)
    project.point("1.0.0")
    assert "1.0.0" in project.inv(*DEPLOY).stderr
    running = project.nodes[0].docker("service", "ls", "--format", "{{.Image}}", "--filter", "name=shop-prod_api")
    assert running.partition("@")[0].endswith("1.0.0")
    project.inv("down", "--env=prod", "--volumes", "--confirm=prod")
    for node in project.nodes:
        assert node.docker("volume", "ls", "--quiet", "--filter", "name=shop-prod") == ""
