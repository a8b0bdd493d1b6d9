"""The base image: the local one while it is fresh, else pulled, else bootstrapped from Debian packages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core import labels
from dockgate.core.errors import MissingToolError, ToolFailedError
from dockgate.engine import containers
from dockgate.images import base_system, recipe
from dockgate.images.recipe import NEWEST, STAMP, Recipe
from dockgate.images.settings import Source
from dockgate.system import process, scratch

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.images.host_resources import Host
    from dockgate.images.settings import Base as Settings

DAY = 86400  # seconds
SKEW = timedelta(hours=1)  # clocks differ a little


class Base(Struct, frozen=True):
    """The base in the engine: its permanent reference, digest, source, and when it was made.

    `epoch` is the date of the package lists that it was made from, in seconds: SOURCE_DATE_EPOCH of what stands on it.
    """

    ref: str
    digest: str
    source: Source
    made: datetime
    epoch: str

    def fresh(self, settings: Settings, now: datetime) -> bool:
        """Return whether it is young enough, and from where the configuration wants it."""
        wanted = settings.source in (Source.AUTO, self.source)
        # One that was made in the future says that a clock is wrong, not that it is fresh.
        return wanted and -SKEW < now - self.made < timedelta(days=settings.max_age_days)


def current(endpoint: Endpoint) -> Base | None:
    """Return the newest base that the engine has."""
    image = containers.image(endpoint, NEWEST)
    stamps = (
        sorted(tag.removeprefix(f"{NEWEST}-") for tag in image.tags if tag.startswith(f"{NEWEST}-")) if image else ()
    )
    if not image or not stamps or labels.BASE_SOURCE not in image.labels:
        return None
    return Base(
        ref=f"{NEWEST}-{stamps[-1]}",
        digest=image.id,
        source=Source(image.labels[labels.BASE_SOURCE]),
        made=datetime.strptime(stamps[-1], STAMP).replace(tzinfo=UTC),
        epoch=image.labels.get(labels.BASE_EPOCH, "0"),
    )


def ensure(
    project: Project,
    endpoint: Endpoint,
    settings: Settings,
    found: Base | None,
    say: Callable[[str], None],
    *,
    renew: bool = False,
) -> Base:
    """Return a fresh base: the `found` one, or a new one where there is none or today's lists are wanted (`renew`).

    Where that fails and an older one is there, it says so and returns the older: a mirror that is down blocks no build
    who did not ask for today's.
    """
    now = datetime.now(UTC)
    if found and not renew and found.fresh(settings, now):
        return found
    try:
        make(project, endpoint, settings.source, now, say, renew=renew)
    except (ToolFailedError, MissingToolError) as error:
        standing = current(endpoint)
        if standing and standing != found:  # another process made one meanwhile
            return standing
        if renew or not found or settings.source not in (Source.AUTO, found.source):
            raise
        say(f"the base image of {found.made:%Y-%m-%d} is kept, because building a newer one failed: {error.what}")
    made = current(endpoint)
    if made is None:
        raise ToolFailedError(f"{NEWEST} was built, but the engine does not have it")
    return made


def make(
    project: Project, endpoint: Endpoint, source: Source, now: datetime, say: Callable[[str], None], *, renew: bool
) -> None:
    """Make a base now: of the system that bootstrap made ahead, from the registry, or from packages."""
    from dockgate.images import host_resources as hosts  # noqa: PLC0415 - only where a base is made

    host = hosts.gather(project)
    with scratch.folder(project) as folder:
        ahead = "" if renew or source is Source.REGISTRY else base_system.taken(project, folder / base_system.TAR)
        if ahead:
            _build(project, endpoint, host, Recipe(Source.DEBIAN, now, ahead, folder))
            return
    if source is not Source.DEBIAN:
        say(f"pulling {recipe.UPSTREAM}")
        if process.run(recipe.pull(project), check=source is Source.REGISTRY).code == 0:
            today = str(int(now.timestamp()) // DAY * DAY)
            _build(project, endpoint, host, Recipe(Source.REGISTRY, now, today, project.root / "docker/base"))
            return
        say("no registry is reachable; building the base image from Debian packages")
    with scratch.folder(project) as folder:
        epoch = base_system.bootstrap(project, host, folder / base_system.TAR, say)
        _build(project, endpoint, host, Recipe(Source.DEBIAN, now, epoch, folder))


def _build(project: Project, endpoint: Endpoint, host: Host, made: Recipe) -> None:
    process.run(recipe.build(project, endpoint, host, made))
    process.run(recipe.name(project, made))
