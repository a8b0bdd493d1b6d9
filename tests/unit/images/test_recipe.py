"""The commands that make the base image."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import Endpoint
from dockgate.images import recipe
from dockgate.images.host_resources import Host
from dockgate.images.recipe import Recipe
from dockgate.images.settings import Source
from dockgate.system import docker_cli
from tests.unit import projects

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.core.project import Project

ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
NOW = datetime(2026, 11, 23, 22, 50, 1, tzinfo=UTC)
HOST = Host(
    "/ca.pem", "deb http://user:hunter2@mirror.test trixie main\n", "", "http_proxy=http://p:hunter3@proxy.test\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(docker_cli, "buildx", lambda _process: ("docker-buildx",))
    return projects.make(tmp_path)


def build(project: Project, source: Source) -> Command:
    return recipe.build(project, ENDPOINT, HOST, Recipe(source, NOW, "1795313345", project.root))


def test_every_build_has_a_permanent_tag_and_is_then_named_the_newest(project: Project) -> None:
    """BuildKit refuses a name that another build takes at the same moment; the engine's own tag moves."""
    argv = build(project, Source.DEBIAN).argv
    assert [word for word in argv if word.startswith("--tag=")] == ["--tag=dockgate/base:trixie-20261123T225001"]
    named = recipe.name(project, Recipe(Source.DEBIAN, NOW, "1795313345", project.root)).argv
    assert named[1:] == ("image", "tag", "dockgate/base:trixie-20261123T225001", "dockgate/base:trixie")


def test_a_bootstrapped_base_needs_no_registry_secret_or_cache_buster(project: Project) -> None:
    command = build(project, Source.DEBIAN)
    assert "--target=debian" in command.argv
    assert not [word for word in command.argv if word.startswith(("--build-context", "--secret", "--no-cache"))]
    assert command.env["SOURCE_DATE_EPOCH"] == "1795313345"


def test_a_pulled_base_is_brought_up_to_date_through_the_hosts_mirror(project: Project) -> None:
    argv = build(project, Source.REGISTRY).argv
    assert "--build-context=upstream=docker-image://debian:trixie-slim" in argv
    assert "id=apt,env=HOST_APT" in argv
    assert "--no-cache" in argv


def test_no_credential_is_an_argument(project: Project, tmp_path: Path) -> None:
    commands = [
        recipe.bootstrap(project, HOST, tmp_path / "base.tar", "/t"),
        *(build(project, source) for source in Source),
    ]
    assert "hunter" not in " ".join(str(command) for command in commands)


def test_files_of_every_image_are_of_the_bases_day() -> None:
    """`assemble` says it in a shell script; `tests/integration/images/test_builds.py` holds images to it."""
    text = (Path(__file__).parents[3] / "docker/rootfs/assemble").read_text(encoding="utf-8")
    assert f"day=@{recipe.RELEASED}\n" in text


def test_the_bootstrap_is_reproducible_and_takes_the_hosts_proxy_and_authorities(
    project: Project, tmp_path: Path
) -> None:
    command = recipe.bootstrap(project, HOST, tmp_path / "base.tar", "/t")
    assert command.env["TMPDIR"] == "/t"
    assert command.env["SOURCE_DATE_EPOCH"] == recipe.RELEASED
    assert command.env["http_proxy"] == "http://p:hunter3@proxy.test"
    assert '--aptopt=Acquire::https::CaInfo "/ca.pem"' in command.argv
    assert command.argv[-3:] == ("trixie", str(tmp_path / "base.tar"), "-")
