"""`docker buildx bake`: several images at once, with what the host lends to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ToolFailedError
from dockgate.core.plan import Command
from dockgate.images.progress import Progress
from dockgate.system import docker_cli, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.images.base import Base
    from dockgate.images.host_resources import Host

TIMEOUT = 1800.0  # seconds; chosen: far above a first build of all images (minutes), below a CI job's usual hour
NO_TARGET = "could not find any target"
TARGETS = "each image of [tool.dockgate.images] needs a target in the bake file, with its name or its `target`; "


def command(
    project: Project,
    endpoint: Endpoint,
    file: str,
    tags: Mapping[str, str],
    environment: tuple[Base, Host],
    options: Iterable[str] = (),
) -> Command:
    """Return the command that builds the targets of `tags` and tags each; secrets stay in its environment."""
    base, host = environment
    argv = (
        *docker_cli.buildx(project.process),
        *("bake", f"--builder={endpoint.context}", "--progress=rawjson", f"--file={file}"),
        *((f"--allow=fs.read={host.ca}",) if host.ca else ()),
        *(f"--set={target}.tags={tag}" for target, tag in tags.items()),
        *(f"--set=*.args.{name}=" for name in host.hidden),
        *options,
        *tags,
    )
    env = project.child_env(
        **host.env(), BASE=base.ref, SOURCE_DATE_EPOCH=base.epoch, BUILDX_METADATA_PROVENANCE="disabled"
    )
    return Command(argv, env, project.root, TIMEOUT)


def run(wanted: Command, targets: Iterable[str], done: Callable[[str, float], None]) -> Mapping[str, float]:
    """Run a bake and return the seconds that each target took; `done` hears of each as it is finished."""
    progress = Progress()
    names = set(targets)

    def line(text: bytes) -> None:
        target = progress.feed(text)
        if target in names:
            done(target, progress.seconds(target))

    result = process.follow(wanted, line)
    if result.code != 0:
        failure = process.said(progress.failure().encode())
        raise ToolFailedError(failure, fix=f"{TARGETS if NO_TARGET in failure else ''}the command was: {wanted}")
    return {target: progress.seconds(target) for target in names}
