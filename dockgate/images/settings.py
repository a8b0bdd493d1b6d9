"""What `[tool.dockgate.base]` and `[tool.dockgate.images]` say."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.suggest import near

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockgate.core.project import Environment, Project
    from dockgate.core.toml_table import Table

MAX_AGE_DAYS = 7  # Debian's security lists are valid for a week (their Valid-Until)
OWN_KEYS = ("bake", "shared")
SHARED = ("docker/bake.hcl", "docker/rootfs", "docker/probe")


class Source(StrEnum):
    """Where the base comes from: `auto` is the local one while it is fresh, else the registry, else Debian packages."""

    AUTO = "auto"
    REGISTRY = "registry"
    DEBIAN = "debian"


class Base(Struct, frozen=True):
    """The base image: its source, and the days for which one that is there counts as fresh."""

    source: Source = Source.AUTO
    max_age_days: int = MAX_AGE_DAYS


class Image(Struct, frozen=True):
    """One image: the Compose variable that names it, its target in the bake file, the paths that it is made of.

    One with a `profile` is only built where that Compose profile is wanted.
    """

    name: str
    variable: str
    target: str
    inputs: tuple[str, ...]
    profile: str = ""


class ImageSettings(Struct, frozen=True):
    """All images of a project; `shared` are inputs of every one of them."""

    base: Base
    bake: str
    shared: tuple[str, ...]
    images: tuple[Image, ...]


def load(project: Project) -> ImageSettings:
    """Return the settings; ConfigError for what is wrong in them."""
    table = project.table("images")
    settings = ImageSettings(
        base=_base(project.table("base")),
        bake=table.string("bake", "docker/bake.hcl"),
        shared=table.strings("shared", SHARED),
        images=tuple(_image(name, table.table(name)) for name in table if name not in OWN_KEYS),
    )
    table.done()
    return settings


def _base(table: Table) -> Base:
    source = table.string("source", Source.AUTO)
    if source not in set(Source):
        raise table.error("source", f"must be one of {', '.join(Source)}, not {source!r}.{near(source, set(Source))}")
    base = Base(Source(source), table.integer("max-age-days", MAX_AGE_DAYS))
    table.done()
    return base


def _image(name: str, table: Table) -> Image:
    variable = table.string("variable", f"{name.upper().replace('-', '_')}_IMAGE")
    inputs = table.strings("inputs", (f"docker/{name}",))
    image = Image(name, variable, table.string("target", name), inputs, table.string("profile"))
    table.done()
    return image


def of(settings: ImageSettings, environment: Environment, only: str = "") -> tuple[Image, ...]:
    """Return an environment's images, one for each variable: the first that is declared, or what it chose instead.

    `only` leaves one of them.
    """
    images = {image.name: image for image in settings.images}
    chosen: dict[str, Image] = {}
    for image in settings.images:
        chosen.setdefault(image.variable, image)
    for variable, name in environment.images.items():
        chosen[variable] = _named(images, name, f"[tool.dockgate.environments.{environment.name}.images] {variable}")
    if not only:
        return tuple(chosen.values())
    return (_named({image.name: image for image in chosen.values()}, only, "--image"),)


def _named(images: dict[str, Image], name: str, where: str) -> Image:
    if name not in images:
        fix = f"the images here are {', '.join(images)}" if images else "declare it in [tool.dockgate.images.NAME]"
        raise ConfigError(f"{where}: unknown image {name!r}.{near(name, images)}", fix=fix)
    return images[name]


def wanted(images: tuple[Image, ...], given: Collection[str], profiles: Collection[str] | None) -> tuple[Image, ...]:
    """Leave out what is replaced (`given` variables) and what no profile needs; None stands for all profiles."""
    kept = (image for image in images if image.variable not in given)
    return tuple(image for image in kept if profiles is None or not image.profile or image.profile in profiles)
