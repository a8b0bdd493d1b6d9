"""Whether the same inputs make the same bytes: every image built twice without cache, and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from dockgate.core.errors import ToolFailedError
from dockgate.images import bake, base, settings
from dockgate.images import host_resources as hosts
from dockgate.images.recipe import OUTPUT
from dockgate.system import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Environment, Project
    from dockgate.images.build import Wanted
    from dockgate.images.settings import Image

LAYOUT = OUTPUT.replace("type=image", "type=oci").removesuffix(",unpack=true")


class Comparison(Struct, frozen=True):
    """The digests of an image's platform manifest in two clean builds."""

    name: str
    first: str
    second: str

    @property
    def same(self) -> bool:
        """Tell whether both builds made the same bytes."""
        return self.first == self.second

    def as_json(self) -> Mapping[str, str | bool]:
        """Return the comparison as `inv build --verify --json` prints it."""
        return {**asdict(self), "same": self.same}

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.name}: {self.first} {'twice' if self.same else f'and then {self.second}'}"


def twice(
    project: Project, endpoint: Endpoint, environment: Environment, wanted: Wanted, say: Callable[[str], None]
) -> tuple[Comparison, ...]:
    """Build every image that is wanted two times from a clean cache; the engine's own images stay as they are."""
    config = settings.load(project)
    images = settings.wanted(settings.of(config, environment, wanted.only), wanted.given, wanted.profiles)
    standing = base.current(endpoint)
    if standing is None:
        raise ToolFailedError("there is no base image to build on", fix="inv build makes one")
    first, second = (dict(_build(project, endpoint, config.bake, images, standing, say)) for _ in range(2))
    return tuple(Comparison(image.name, first[image.name], second[image.name]) for image in images)


def _build(
    project: Project,
    endpoint: Endpoint,
    file: str,
    images: tuple[Image, ...],
    standing: base.Base,
    say: Callable[[str], None],
) -> Iterator[tuple[str, str]]:
    from dockgate.images.archive import Archive  # noqa: PLC0415 - only to verify

    with scratch.folder(project) as folder:
        layouts = {image: folder / f"{image.name}.tar" for image in images}
        outputs = (f"--set={image.target}.output={LAYOUT},dest={layout}" for image, layout in layouts.items())
        tags = {image.target: f"{project.name}/{image.name}:verify" for image in images}
        options = ("--no-cache", f"--allow=fs.write={folder}", *outputs)
        command = bake.command(project, endpoint, file, tags, (standing, hosts.gather(project)), options)
        bake.run(command, tags, lambda target, seconds: say(f"built {target} from nothing in {seconds:.1f} s"))
        for image, layout in layouts.items():
            with Archive(layout) as opened:
                yield image.name, opened.images()[0].platform_digest
