"""The bills of materials of an image that the engine has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.sbom import cyclonedx, spdx
from dockgate.sbom.subject import Subject
from dockgate.scan import archive, inventory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.project import Project


def subject(project: Project, name: str, reference: str) -> Subject:
    """Read an image out of the engine, without starting it."""
    with archive.saved(project, reference) as (opened, _):
        image = opened.images()[0]
        read = inventory.read(opened.files(image, inventory.wanted))
    created = datetime.fromisoformat(image.config["created"]) if image.config.get("created") else datetime.now(UTC)
    return Subject(name, image.digest, image.architecture, created, read)


def documents(project: Project, name: str, reference: str) -> Mapping[str, str]:
    """Return both bills by media type, each validated against its format."""
    about = subject(project, name, reference)
    return {cyclonedx.MEDIA_TYPE: cyclonedx.document(about), spdx.MEDIA_TYPE: spdx.document(about)}
