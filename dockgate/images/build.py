"""The images of an environment: build what is missing, pin what is there.

ensure(project, endpoint, environment, wanted, say)  every image, built where it is missing; `build=False`: an error
preview(project, endpoint, environment, wanted)      every image as it is now
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.engine import containers
from dockgate.images import base, budgets, contents, inputs, settings, used

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Environment, Project
    from dockgate.images.budgets import Row
    from dockgate.images.settings import Image, ImageSettings


class BuiltImage(Struct, frozen=True):
    """One image: `ref`, pinned as `name:tag@sha256:…`, is what Compose gets in `variable`.

    Without a digest it is not there: it is not wanted, or not built yet. `bytes` are unpacked, `compressed` is
    what a pull transfers; `cached` says that there was nothing to build.
    """

    name: str
    variable: str
    ref: str
    id: str = ""
    digest: str = ""
    bytes: int = 0
    compressed: int = 0
    seconds: float = 0.0
    cached: bool = True

    def as_json(self) -> Mapping[str, Any]:
        """Return the image as `inv build --json` prints it."""
        names = ("name", "ref", "id", "digest", "bytes", "compressed", "seconds", "cached")
        return {name: getattr(self, name) for name in names}


class Wanted(Struct, frozen=True):
    """What is asked for: not the variables that are `given`; of Compose's `profiles` (None: all); `only` one.

    `fresh` ones stand on a base of today's package lists: where those did not change, nothing has to be built.
    """

    given: Collection[str] = ()
    profiles: Collection[str] | None = None
    only: str = ""
    fresh: bool = False


def ensure(
    project: Project,
    endpoint: Endpoint,
    environment: Environment,
    wanted: Wanted,
    say: Callable[[str], None],
    *,
    build: bool = True,
) -> tuple[BuiltImage, ...]:
    """Return the images, one for each variable that is not given; FindingsError where one exceeds its budget."""
    config = settings.load(project)
    images = settings.wanted(_used(project, config, environment, wanted.only), wanted.given, None)
    if not images:
        return ()
    standing, files = _base_and_files(project, endpoint, config, images)
    if build:
        standing = base.ensure(project, endpoint, config.base, standing, say, renew=wanted.fresh)
    tags = _tags(project, files, standing)
    needed = settings.wanted(images, wanted.given, wanted.profiles)
    seen = _look(endpoint, needed, tags)
    missing = {image: tags[image.name] for image, found in seen.items() if not found.id}
    if missing and (standing is None or not build):
        names = ", ".join(image.name for image in missing)
        raise ToolFailedError(f"not built: {names}", fix=f"inv build --env={environment.name}")
    seconds: Mapping[str, float] = {}
    if missing and standing:
        seconds = _bake_what_nobody_else_does(project, endpoint, (config, standing), missing, say)
        seen |= _look(endpoint, missing, tags)
    with ThreadPoolExecutor() as pool:
        built = tuple(pool.map(lambda found: _measured(project, found, seconds), seen.values()))
    check(budget(project, environment, built), project.file)
    rest = (image for image in images if image not in needed)
    return (*built, *(BuiltImage(image.name, image.variable, tags[image.name]) for image in rest))


def preview(project: Project, endpoint: Endpoint, environment: Environment, wanted: Wanted) -> tuple[BuiltImage, ...]:
    """Return the images as they are now, building nothing; what would have to be built has no digest."""
    config = settings.load(project)
    images = settings.wanted(_used(project, config, environment, wanted.only), wanted.given, None)
    if not images:
        return ()
    standing, files = _base_and_files(project, endpoint, config, images)
    return tuple(_look(endpoint, images, _tags(project, files, standing)).values())


def _used(project: Project, config: ImageSettings, environment: Environment, only: str = "") -> tuple[Image, ...]:
    """Return the images of an environment that its files use, or `only` the one that was asked for."""
    images = settings.of(config, environment, only)
    names = None if only else used.variables(project.root, environment)
    return tuple(image for image in images if names is None or image.variable in names)


def _base_and_files(
    project: Project, endpoint: Endpoint, config: ImageSettings, images: Iterable[Image]
) -> tuple[base.Base | None, Mapping[Image, bytes]]:
    """Return the base that the engine has, and what each image is made of; it answers while the files are read."""
    with ThreadPoolExecutor() as pool:
        standing = pool.submit(base.current, endpoint)
        files = {image: inputs.read(project, config, image) for image in images}
        return standing.result(), files


def _tags(project: Project, files: Mapping[Image, bytes], standing: base.Base | None) -> dict[str, str]:
    digest = standing.digest if standing else ""
    return {
        image.name: f"{project.name}/{image.name}:{inputs.tag(image, digest, lines)}" for image, lines in files.items()
    }


def _bake_what_nobody_else_does(
    project: Project,
    endpoint: Endpoint,
    on: tuple[ImageSettings, base.Base],
    missing: Mapping[Image, str],
    say: Callable[[str], None],
) -> Mapping[str, float]:
    """Build; where another process made the same image meanwhile, which fails the export, take that one.

    That is so where the engine has an image which this build did not finish. The tag is a hash of the inputs, so
    it is the same image.
    """
    while True:
        finished: set[str] = set()
        try:
            return _bake(project, endpoint, on, missing, say, finished)
        except ToolFailedError:
            tags = {image.name: tag for image, tag in missing.items()}
            seen = _look(endpoint, missing, tags)
            if not any(found.id and image.name not in finished for image, found in seen.items()):
                raise
            missing = {image: missing[image] for image, found in seen.items() if not found.id}
            if not missing:
                return {}


def _bake(
    project: Project,
    endpoint: Endpoint,
    on: tuple[ImageSettings, base.Base],
    missing: Mapping[Image, str],
    say: Callable[[str], None],
    finished: set[str],
) -> Mapping[str, float]:
    """Build, and add the names of what was built to `finished`, also where the rest fails."""
    from dockgate.images import bake  # noqa: PLC0415 - only where something is built
    from dockgate.images import host_resources as hosts  # noqa: PLC0415 - only where something is built

    config, standing = on
    images = {image.target: image for image in missing}
    names = {target: image.name for target, image in images.items()}
    say(f"building {', '.join(sorted(names.values()))}")
    tags = {image.target: tag for image, tag in missing.items()}
    command = bake.command(project, endpoint, config.bake, tags, (standing, hosts.gather(project)))

    def done(target: str, seconds: float) -> None:
        finished.add(names[target])
        say(f"built {names[target]} in {seconds:.1f} s")
        # While the others are built, and kept: what fails here is asked again, and raised, when all are there.
        measuring.submit(_measure, project, endpoint, images[target], tags[target])

    with ThreadPoolExecutor(max_workers=1) as measuring:
        taken = bake.run(command, tags, done)
    return {names[target]: seconds for target, seconds in taken.items()}


def _look(endpoint: Endpoint, images: Collection[Image], tags: Mapping[str, str]) -> dict[Image, BuiltImage]:
    """Ask the engine for all images at once: it takes 15 ms for each."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda image: containers.image(endpoint, tags[image.name]), images)
        return {image: _seen(image, tags[image.name], each) for image, each in zip(images, found, strict=True)}


def _seen(image: Image, tag: str, found: containers.EngineImage | None) -> BuiltImage:
    if found is None:
        return BuiltImage(image.name, image.variable, tag)
    digest = next((ref.rpartition("@")[2] for ref in found.digests), "")
    # An engine without the containerd store knows no digest of its own images: their id pins them as well.
    ref = f"{tag}@{digest}" if digest else found.id
    return BuiltImage(image.name, image.variable, ref, found.id, digest or found.id)


def _measure(project: Project, endpoint: Endpoint, image: Image, tag: str) -> None:
    _measured(project, _look(endpoint, (image,), {image.name: tag})[image], {})


def _measured(project: Project, found: BuiltImage, seconds: Mapping[str, float]) -> BuiltImage:
    if not found.id:
        raise ToolFailedError(f"{found.name} was built, but the engine does not have {found.ref}")
    known = contents.of(project, found.ref, found.digest)
    taken = seconds.get(found.name)
    return replace(
        found,
        bytes=known.bytes,
        compressed=known.compressed,
        seconds=round(taken or 0.0, 2),
        cached=taken is None,
    )


def budget(project: Project, environment: Environment, built: Iterable[BuiltImage]) -> tuple[Row, ...]:
    """Return the budgets of those of these images that are there; the stack's where all of production's are."""
    config = settings.load(project)
    known = {image.name: contents.of(project, image.ref, image.digest) for image in built if image.digest}
    stack = {image.name for image in _used(project, config, environment) if not image.profile}
    whole = stack <= set(known) and not environment.images
    production = {name: each for name, each in known.items() if name in stack}
    return budgets.rows(project, known, production if whole else {})


def check(rows: Iterable[Row], file: str) -> None:
    """Raise FindingsError where a budget that `file` sets is exceeded."""
    over = [row.finding(file) for row in rows if row.exceeded]
    if over:
        raise FindingsError("\n".join(map(str, over)))
