"""`inv boot` prints a unit on stdout, and how to install it on stderr."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dockgate.tasks import boot
from tests.unit import projects
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

UNIT = """# shop-prod.service, written by `inv boot --env=prod`
# Run once: loginctl enable-linger deploy
# Without it, systemd-logind removes the files of deploy from RAM at the end of their last session (RemoveIPC=).
[Unit]
Description=Dockgate stack shop-prod
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
User=deploy
WorkingDirectory={folder}
Environment="DOCKGATE_RUNTIME_DIR={runtime}"
Environment="DOCKER_HOST=unix:///nowhere/docker.sock"
ExecStart="/usr/bin/env" "--" "{folder}/inv" "up" "--env=prod" "--no-build"
TimeoutStartSec=10min

[Install]
WantedBy=multi-user.target
"""


def test_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A unit of the user that it is for, and no word beside it."""
    world = worlds.make(tmp_path, model(service("api")), monkeypatch, "prod")
    assert world.inv("boot", "--env=prod", "--user=deploy", monkeypatch=monkeypatch) == 0
    captured = capfd.readouterr()
    runtime = os.environ["DOCKGATE_RUNTIME_DIR"]
    assert captured.out == UNIT.format(folder=tmp_path, runtime=runtime)
    assert captured.err == (
        "environment prod · project shop-prod · endpoint unix:///nowhere/docker.sock · "
        "files compose/base.yaml compose/prod.yaml\n"
        "install it: inv boot --env=prod | sudo tee /etc/systemd/system/shop-prod.service && "
        "sudo systemctl enable shop-prod.service\n"
    )


def test_no_unit_for_a_swarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """`up` is refused there, so a unit with it would fail at each boot; the nodes need none."""
    world = worlds.make(tmp_path, model(service("api")), monkeypatch, "prod")
    (tmp_path / "pyproject.toml").write_text(projects.PYPROJECT + 'runtime = "swarm"\n')
    assert world.inv("boot", "--env=prod", monkeypatch=monkeypatch) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "prod runs on swarm, whose nodes start its services again by themselves" in captured.err
    assert "→ sudo systemctl enable docker, on each node" in captured.err


def test_a_unit_calls_what_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program by its path, a module of Python by the Python that ran it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["bin/inv"])
    assert boot._program() == (f"{tmp_path}/bin/inv",)
    monkeypatch.setattr("sys.argv", ["/x/dockgate/__main__.py"])
    assert boot._program() == (sys.executable, "-m", "dockgate")
