"""The commands that make the base image."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.endpoint import Endpoint
from dockgate.core.plan import Command
from dockgate.images import recipe
from dockgate.images.host_resources import Host
from dockgate.images.recipe import Recipe
from dockgate.images.settings import Source
from dockgate.system import docker_cli
from tests.unit import projects

if TYPE_CHECKING:
    from dockgate.core.project import Project

ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "DOCKER_HOST")
NOW = datetime(2026, 11, 23, 22, 50, 1, tzinfo=UTC)
HOST = Host(
    "/ca.pem", "deb http://user:hunter2@mirror.test trixie main\n", "", "http_proxy=http://p:hunter3=@proxy.test\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = projects.make(tmp_path)
    monkeypatch.setattr(docker_cli, "buildx", lambda process: ("docker-buildx",) if process is made.process else ())
    monkeypatch.setattr(docker_cli, "docker", lambda process: "docker" if process is made.process else "")
    return made


def build(project: Project, source: Source) -> Command:
    return recipe.build(project, ENDPOINT, HOST, Recipe(source, NOW, "1795313345", project.root))


def test_every_build_has_a_permanent_tag_and_is_then_named_the_newest(project: Project) -> None:
    """BuildKit refuses a name that another build takes at the same moment; the engine's own tag moves."""
    named = recipe.name(project, Recipe(Source.DEBIAN, NOW, "1795313345", project.root))
    argv = ("docker", "image", "tag", "dockgate/base:trixie-20261123T225001", "dockgate/base:trixie")
    assert named == Command(argv, project.child_env(), project.root, 60)


def test_a_bootstrapped_base_needs_no_registry_secret_or_cache_buster(project: Project) -> None:
    assert build(project, Source.DEBIAN) == Command(
        (
            *("docker-buildx", "build", f"--builder={ENDPOINT.context}", "--progress=plain"),
            *("--provenance=false", "--sbom=false", f"--file={project.root}/docker/base/Dockerfile", "--target=debian"),
            *("--label=dev.dockgate.base.source=debian", "--label=dev.dockgate.base.epoch=1795313345"),
            *("--tag=dockgate/base:trixie-20261123T225001", f"--output={recipe.OUTPUT}", str(project.root)),
        ),
        project.child_env(**HOST.env(), SOURCE_DATE_EPOCH="1795313345"),
        project.root,
        300,
    )


def test_a_pulled_base_is_brought_up_to_date_through_the_hosts_mirror(project: Project) -> None:
    pulled = build(project, Source.REGISTRY).argv
    assert pulled[7:] == (
        *("--target=registry", "--build-context=upstream=docker-image://debian:trixie-slim"),
        *(f"--build-context=rootfs={project.root}/docker/rootfs", "--no-cache", *HOST.secrets()),
        *("--label=dev.dockgate.base.source=registry", *build(project, Source.DEBIAN).argv[9:]),
    )
    argv = ("docker", "pull", "--quiet", "debian:trixie-slim")
    assert recipe.pull(project) == Command(argv, project.child_env(), timeout=120)


def test_files_of_every_image_are_of_the_bases_day() -> None:
    """`assemble` says it in a shell script; `tests/integration/images/test_builds.py` holds images to it."""
    text = (Path(__file__).parents[3] / "docker/rootfs/assemble").read_text(encoding="utf-8")
    assert f"day=@{recipe.RELEASED}\n" in text


def test_the_bootstrap_is_reproducible_and_takes_the_hosts_proxy_and_authorities(
    project: Project, tmp_path: Path
) -> None:
    folders = ("doc", "man", "info", "locale", "lintian")
    own = {"http_proxy": "http://p:hunter3=@proxy.test", "SOURCE_DATE_EPOCH": recipe.RELEASED, "TMPDIR": "/t"}
    argv = (
        *("mmdebstrap", "--quiet", "--variant=minbase", "--components=main", "--aptopt=Acquire::Languages none"),
        '--aptopt=Acquire::https::CaInfo "/ca.pem"',
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in folders),
        *(
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            f"--customize-hook={project.root}/docker/base/customize",
        ),
        *("trixie", str(tmp_path / "base.tar"), "-"),
    )
    env = project.child_env(**own, PATH="/usr/bin:/bin:/usr/sbin:/sbin")
    assert recipe.bootstrap(project, HOST, tmp_path / "base.tar", "/t") == Command(argv, env, timeout=600)
    bare = recipe.bootstrap(replace(project, process={}), Host(), tmp_path / "base.tar", "/t")
    assert (bare.argv, bare.env["PATH"]) == ((*argv[:5], *argv[6:]), ":/usr/sbin:/sbin")
