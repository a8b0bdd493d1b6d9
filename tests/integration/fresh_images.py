"""The images that the integration tests share, of what Debian has now: `python -m tests.integration.fresh_images`.

Nox runs this once, before the sessions that start containers beside each other: none of them makes another base then.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dockgate.core import endpoint, project
from dockgate.images import base, build
from dockgate.images.build import Wanted
from tests.integration import checkout

if TYPE_CHECKING:
    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.images.build import BuiltImage

# A clean build is of what Debian has now: one that is compared with it must not be of what Debian had yesterday.
OLDEST = timedelta(hours=1)
# What is made now stays young enough until the last session has compared.
AHEAD = timedelta(minutes=30)


def ensure(loaded: Project, found: Endpoint, environment: str, oldest: timedelta = OLDEST) -> tuple[BuiltImage, ...]:
    """Return all images of an environment, on a base that is no older than that."""
    standing = base.current(found)
    old = standing is not None and datetime.now(UTC) - standing.made > oldest
    return build.ensure(loaded, found, loaded.environment(environment), Wanted(fresh=old), print)


def main() -> None:
    """Build what is missing, for every environment."""
    loaded = project.load(checkout.ROOT)
    found = endpoint.find(loaded.process)
    for environment in loaded.environments:
        for image in ensure(loaded, found, environment, OLDEST - AHEAD):
            print(environment, image.ref)


if __name__ == "__main__":
    main()
