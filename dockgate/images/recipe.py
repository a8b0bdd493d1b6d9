"""How the base image is made, as commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core import labels
from dockgate.core.plan import Command
from dockgate.images import debian
from dockgate.images.settings import Source
from dockgate.system import docker_cli

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.images.host_resources import Host

NEWEST = f"dockgate/base:{debian.SUITE}"
UPSTREAM = f"debian:{debian.SUITE}-slim"
STAMP = "%Y%m%dT%H%M%S"
# No file in the base is newer than the day Debian 13 was released: two bases differ where their packages differ.
RELEASED = "1754697600"
OUTPUT = "type=image,compression=zstd,compression-level=3,force-compression=true,oci-mediatypes=true,unpack=true"
# What Debian's own slim image leaves out. Licences stay.
EXCLUDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")
LICENCES = "/usr/share/doc/*/copyright"


class Recipe(Struct, frozen=True):
    """One base to build: from where, the time for its permanent tag, the date of its package lists, and the context."""

    source: Source
    now: datetime
    epoch: str
    folder: Path

    @property
    def tag(self) -> str:
        """Return the permanent tag."""
        return f"{NEWEST}-{self.now.strftime(STAMP)}"


def pull(project: Project) -> Command:
    """Return the command that pulls Debian's own image."""
    argv = (docker_cli.docker(project.process), "pull", "--quiet", UPSTREAM)
    return Command(argv, project.child_env())


def bootstrap(project: Project, host: Host, tar: Path, temporary: str) -> Command:
    """Return the mmdebstrap command, which runs what it unpacks in a folder of `temporary`.

    It reads the package sources, which may hold credentials, on its stdin.
    """
    dpkg = (*(f"path-exclude={path}" for path in EXCLUDED), f"path-include={LICENCES}")
    argv = (
        *("mmdebstrap", "--quiet", "--variant=minbase", "--components=main", "--aptopt=Acquire::Languages none"),
        *((f'--aptopt=Acquire::https::CaInfo "{host.ca}"',) if host.ca else ()),
        *(f"--dpkgopt={option}" for option in dpkg),
        f"--customize-hook={project.root / 'docker/base/customize'}",
        *(debian.SUITE, str(tar), "-"),
    )
    proxies = dict(line.split("=", 1) for line in host.proxy.splitlines())
    path = f"{project.process.get('PATH', '')}:/usr/sbin:/sbin"
    env = project.child_env(**proxies, SOURCE_DATE_EPOCH=RELEASED, PATH=path, TMPDIR=temporary)
    return Command(argv, env, timeout=600)


def build(project: Project, endpoint: Endpoint, host: Host, recipe: Recipe) -> Command:
    """Return the command that builds the base with its permanent tag."""
    pulled = recipe.source is Source.REGISTRY
    contexts = (f"upstream=docker-image://{UPSTREAM}", f"rootfs={project.root / 'docker/rootfs'}") if pulled else ()
    argv = (
        *docker_cli.buildx(project.process),
        *("build", f"--builder={endpoint.context}", "--progress=plain", "--provenance=false", "--sbom=false"),
        *(f"--file={project.root / 'docker/base/Dockerfile'}", f"--target={recipe.source}"),
        *(f"--build-context={context}" for context in contexts),
        *(("--no-cache", *host.secrets()) if pulled else ()),
        *(f"--label={labels.BASE_SOURCE}={recipe.source}", f"--label={labels.BASE_EPOCH}={recipe.epoch}"),
        *(f"--tag={recipe.tag}", f"--output={OUTPUT}"),
        str(recipe.folder),
    )
    return Command(argv, project.child_env(**host.env(), SOURCE_DATE_EPOCH=recipe.epoch), project.root, timeout=300)


def name(project: Project, recipe: Recipe) -> Command:
    """Return the command that makes a base the newest; two builds that do it at once are in each other's way."""
    argv = (docker_cli.docker(project.process), "image", "tag", recipe.tag, NEWEST)
    return Command(argv, project.child_env(), project.root, timeout=60)
