"""Which images of this project may go: those of old releases and old builds that nothing needs.

find(project, engine, keep) -> tuple[Outdated, ...]
plan(outdated) -> Plan
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from dockgate.core.errors import ConfigError
from dockgate.core.plan import Effect, Plan, Step
from dockgate.engine.containers import container
from dockgate.env import release_pointer
from dockgate.images import build, settings
from dockgate.release import version
from dockgate.release.artifact import manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dockgate.core.project import Project
    from dockgate.engine.sdk_client import Engine


class Tagged(Struct, frozen=True):
    """One tag of one image of the project, as the engine has it; `created` in seconds."""

    name: str
    tag: str
    id: str
    created: int

    @property
    def release(self) -> bool:
        """Return whether it is a release's; the tag of a build is a digest of its inputs."""
        return version.valid(self.tag)


class Outdated(Struct, frozen=True):
    """An image that may go, and why."""

    reference: str
    reason: str


class Needed(Struct, frozen=True):
    """What must stay: versions that run or can be gone back to, tags that `up` would use, ids that containers have.

    `releases` are the tags that each release consists of: some are those of the earlier release that built the image.
    """

    versions: Collection[str]
    tags: Collection[str]
    ids: Collection[str]
    releases: Mapping[str, Collection[str]] = field(default_factory=dict)


def find(project: Project, engine: Engine, keep: int) -> tuple[Outdated, ...]:
    """Return the images that may go when the last `keep` releases, and as many builds of each image, stay."""
    if keep < 1:
        raise ConfigError(f"--keep={keep} would remove what runs", fix="--keep=1 keeps the last release")
    names = {image.name for image in settings.load(project).images}  # the base may have the project's name before it
    images = tuple(each for each in _tagged(project.name, engine.images(f"{project.name}/*")) if each.name in names)
    return select(project.name, images, _needed(project, engine), keep)


def select(name: str, images: Sequence[Tagged], needed: Needed, keep: int) -> tuple[Outdated, ...]:
    """Decide, by version for releases and by age for builds."""
    here = {f"{name}/{each.name}:{each.tag}" for each in images}
    whole = {number for number, tags in needed.releases.items() if here.issuperset(tags)}
    numbers = sorted(map(version.parse, {each.tag for each in images if each.release} | whole))
    last = {*map(str, numbers[-keep:]), *needed.versions}
    used = {*needed.tags, *(tag for number in last for tag in needed.releases.get(number, ()))}
    found: list[Outdated] = []
    builds: dict[str, int] = {}
    for each in sorted(images, key=lambda one: (one.name, -one.created, one.tag)):
        reference = f"{name}/{each.name}:{each.tag}"
        if each.release:
            reason = "" if each.tag in last else f"not of the last {keep} releases"
        else:
            builds[each.name] = builds.get(each.name, 0) + 1
            reason = f"not of the last {keep} builds" if builds[each.name] > keep else ""
        if reason and reference not in used and each.id not in needed.ids:
            found.append(Outdated(reference, reason))
    return tuple(found)


def plan(outdated: Sequence[Outdated]) -> Plan:
    """Return the removals."""
    return Plan(tuple(Step("remove", f"image {each.reference}", each.reason, Effect.DESTROY) for each in outdated))


def _tagged(project: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Tagged]:
    for entry in entries:
        for reference in entry.get("RepoTags") or ():
            path, _, tag = reference.rpartition(":")
            if path.startswith(f"{project}/"):
                yield Tagged(path.removeprefix(f"{project}/"), tag, entry["Id"], int(entry.get("Created", 0)))


def _needed(project: Project, engine: Engine) -> Needed:
    pointed = [found for name in project.environments if (found := release_pointer.read(project.root, name))]
    versions = {number for each in pointed for number in (each.version, *each.history[:1])}
    previews = [
        image.ref.partition("@")[0]
        for environment in project.environments.values()
        for image in build.preview(project, engine.endpoint, environment, build.Wanted())
    ]
    containers = [container(entry) for entry in engine.containers({})]
    ids = {known for one in containers for known in (one.image_id, one.image.partition("@")[2]) if known}
    return Needed(versions, frozenset(previews), ids, _releases(project))


def _releases(project: Project) -> Mapping[str, Collection[str]]:
    loaded = (manifest.load(project.root, number)[0] for number in manifest.listed(project.root))
    return {each.version: frozenset(image.tag for image in each.images) for each in loaded}
