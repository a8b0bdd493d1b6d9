"""Which Docker client and plugins are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockgate.core.errors import MissingToolError
from dockgate.system import docker_cli


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
    with pytest.raises(MissingToolError):
        docker_cli.docker({"PATH": str(tmp_path)})
