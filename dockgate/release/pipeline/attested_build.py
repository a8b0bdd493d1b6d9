"""Builds the images of a release: those that `inv build` makes, once more with BuildKit's provenance attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.core.errors import ToolFailedError
from dockgate.images import archive, bake, base, build, host_resources, settings
from dockgate.release.protocols import Built

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockgate.core.project import Project
    from dockgate.core.target import Target
    from dockgate.images.build import BuiltImage

# Not `max`: that records build arguments, which may be private.
PROVENANCE = "--set=*.attest=type=provenance,mode=min,version=v1"


def images(project: Project, target: Target, say: Callable[[str], None], *, fresh: bool) -> tuple[Built, ...]:
    """Return all images of the environment, within their budgets, as `inv build` makes them (`fresh`: its `--fresh`).

    Without attestations there is no index: an image's digest is that of its platform's manifest.
    """
    known = build.ensure(project, target.endpoint, target.environment, build.Wanted(fresh=fresh), say)
    return tuple(_plain(each) for each in known)


def _plain(known: BuiltImage) -> Built:
    tag = known.ref.partition("@")[0]
    return Built(known.name, known.variable, tag, known.digest, known.digest, known.bytes, known.compressed)


def attest(
    project: Project, target: Target, known: Sequence[Built], version: str, say: Callable[[str], None]
) -> tuple[Built, ...]:
    """Return images as they are with provenance, under their permanent tags."""
    if not known:
        return ()
    config = settings.load(project)
    standing = base.current(target.endpoint)
    if standing is None:
        raise ToolFailedError("the base image is gone", fix="inv build")
    targets = {image.name: image.target for image in settings.of(config, target.environment)}
    names = {each.name: f"{project.name}/{each.name}:{version}" for each in known}
    tags = {targets[name]: tag for name, tag in names.items()}
    command = bake.command(
        project, target.endpoint, config.bake, tags, (standing, host_resources.gather(project)), [PROVENANCE]
    )
    bake.run(command, tags, lambda each, seconds: say(f"{each} in {seconds:.1f} s"))
    return tuple(_attested(project, each, names[each.name]) for each in known)


def _attested(project: Project, known: Built, tag: str) -> Built:
    with archive.saved(project, tag) as (opened, _):
        found = opened.images()[0]
    return replace(known, reference=tag, digest=found.digest, platform_digest=found.platform_digest)
