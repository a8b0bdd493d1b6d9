"""Which Docker client and plugins are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import MissingToolError
from dockgate.system import docker_cli
from tests.unit import projects


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine's own tools away."""
    monkeypatch.setattr(docker_cli, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(docker_cli, "PACKAGED", Path("/no/such/docker"))


def test_a_users_own_plugin_comes_first(tmp_path: Path) -> None:
    """As the client itself looks for it: DOCKER_CONFIG, then the home folder."""
    for folder in ("config", "home/.docker"):
        plugin = tmp_path / folder / "cli-plugins" / "docker-compose"
        plugin.parent.mkdir(parents=True)
        plugin.touch()
    home = {"HOME": str(tmp_path / "home")}
    assert docker_cli.compose(home) == (str(tmp_path / "home/.docker/cli-plugins/docker-compose"),)
    both = home | {"DOCKER_CONFIG": str(tmp_path / "config")}
    assert docker_cli.compose(both) == (str(tmp_path / "config/cli-plugins/docker-compose"),)


def test_without_a_plugin_the_client_is_asked(tmp_path: Path) -> None:
    """It may know a place that we do not."""
    client = tmp_path / "docker"
    client.touch(0o755)
    assert docker_cli.compose({"PATH": str(tmp_path)}) == (str(client), "compose")
    assert docker_cli.buildx({"PATH": str(tmp_path)}) == (str(client), "buildx")


def test_no_client_is_a_missing_tool(tmp_path: Path) -> None:
    """Exit 4, with how to get it."""
    with pytest.raises(MissingToolError) as caught:
        docker_cli.docker({"PATH": str(tmp_path)})
    assert str(caught.value) == f"the Docker client is not installed\n  → {docker_cli.INSTALL}"


def test_a_packaged_client_comes_before_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a plugin of the system before what the client itself knows."""
    for name in ("docker", "packaged", "docker-buildx"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setattr(docker_cli, "PACKAGED", tmp_path / "packaged")
    monkeypatch.setattr(docker_cli, "SYSTEM_FOLDERS", ("/nowhere", str(tmp_path)))
    assert docker_cli.docker({"PATH": str(tmp_path)}) == str(tmp_path / "packaged")
    assert docker_cli.buildx({}) == (str(tmp_path / "docker-buildx"),)
    assert docker_cli.compose({}) == (str(tmp_path / "packaged"), "compose")


def test_a_client_is_given_the_engine_that_is_meant(tmp_path: Path) -> None:
    """The shell's own choice stays only where it is the same one."""
    process = {"PATH": "/bin", "DOCKER_CONTEXT": "far", "DOCKER_HOST": "ssh://far", "OTHER": "x"}
    project = projects.make(tmp_path, process=process)
    assert docker_cli.environment(project, Endpoint("ssh://far", "DOCKER_HOST")) == project.child_env()
    assert project.child_env() == {"PATH": "/bin", "DOCKER_CONTEXT": "far", "DOCKER_HOST": "ssh://far"}
    near = docker_cli.environment(project, Endpoint("unix:///near", "default"))
    assert near == {"PATH": "/bin", "DOCKER_HOST": "unix:///near"}
