"""The bills of materials of an image that the engine has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.sbom import cyclonedx, spdx
from dockgate.sbom.subject import Subject
from dockgate.scan import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.project import Project
    from dockgate.scan.leaks import Sought
    from dockgate.scan.run import Named


def subject(project: Project, image: Named, sought: Sought) -> Subject:
    """Return what an image is made of, as the scan with the same `sought` kept it, or by reading it."""
    content = run.content(project, image, sought)
    created = datetime.fromisoformat(content.created) if content.created else datetime.now(UTC)
    return Subject(image.name, content.digest, content.architecture, created, content.inventory)


def documents(project: Project, image: Named, sought: Sought) -> Mapping[str, str]:
    """Return both bills by media type, each validated against its format."""
    about = subject(project, image, sought)
    return {cyclonedx.MEDIA_TYPE: cyclonedx.document(about), spdx.MEDIA_TYPE: spdx.document(about)}
