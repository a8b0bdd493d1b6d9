"""Builds the images of a release: those that `inv build` makes, once more with BuildKit's provenance attached."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dockgate.errors import ToolFailedError
from dockgate.images import bake, base, build, host, settings
from dockgate.release.work import Built
from dockgate.scan import archive

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.images.build import BuiltImage
    from dockgate.project import Project
    from dockgate.target import Target

# Not `max`: that records build arguments, which nobody promised to be public.
PROVENANCE = "--set=*.attest=type=provenance,mode=min,version=v1"


def images(project: Project, target: Target, version: str, say: Callable[[str], None]) -> tuple[Built, ...]:
    """Return all images of the environment under the permanent tag `version`, within their budgets."""
    known = build.ensure(project, target.endpoint, target.environment, build.Wanted(), say)
    config = settings.load(project)
    standing = base.current(target.endpoint)
    if standing is None:
        raise ToolFailedError("the base image is gone", fix="inv build")
    targets = {image.name: image.target for image in settings.of(config, target.environment)}
    names = {each.name: f"{project.name}/{each.name}:{version}" for each in known}
    tags = {targets[name]: tag for name, tag in names.items()}
    command = bake.command(project, target.endpoint, config.bake, tags, (standing, host.gather(project)))
    at = len(command.argv) - len(tags)
    command = replace(command, argv=(*command.argv[:at], PROVENANCE, *command.argv[at:]))
    bake.run(command, tags, lambda each, seconds: say(f"{each} in {seconds:.1f} s"))
    return tuple(_built(project, each, names[each.name]) for each in known)


def _built(project: Project, known: BuiltImage, tag: str) -> Built:
    with archive.saved(project, tag) as (opened, _):
        found = opened.images()[0]
    return Built(known.name, known.variable, tag, found.digest, found.platform_digest, known.bytes, known.compressed)
