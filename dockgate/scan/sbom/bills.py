"""The bill of materials of an image that the engine has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.scan import scanner
from dockgate.scan.sbom import cyclonedx
from dockgate.scan.sbom.scanned_image import ScannedImage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.project import Project
    from dockgate.scan.leaks import SecretDetectors
    from dockgate.scan.scanner import ImageReference


def subject(project: Project, image: ImageReference, sought: SecretDetectors) -> ScannedImage:
    """Return what an image is made of, as the scan with the same `sought` kept it, or by reading it."""
    content = scanner.content(project, image, sought)
    created = datetime.fromisoformat(content.created) if content.created else datetime.now(UTC)
    return ScannedImage(image.name, content.digest, content.architecture, created, content.inventory)


def documents(project: Project, image: ImageReference, sought: SecretDetectors) -> Mapping[str, str]:
    """Return the bill by its media type, validated against its format."""
    return {cyclonedx.MEDIA_TYPE: cyclonedx.document(subject(project, image, sought))}
