"""CycloneDX 1.6, written and checked by the OWASP foundation's library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import DockgateError
from dockgate.scan.sbom.scanned_image import python_purl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cyclonedx.model.component import Component
    from packageurl import PackageURL

    from dockgate.scan.sbom.scanned_image import ScannedImage

MEDIA_TYPE = "application/vnd.cyclonedx+json"


def document(subject: ScannedImage) -> str:
    """Return the bill as JSON, validated against the 1.6 schema."""
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415 - heavy, only for a bill
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415 - heavy
    from cyclonedx.output.json import JsonV1Dot6  # noqa: PLC0415 - heavy

    tool = Component(name="dockgate", type=ComponentType.APPLICATION)
    purl = subject.purl
    root = Component(
        name=subject.name, version=subject.digest, type=ComponentType.CONTAINER, purl=purl, bom_ref=str(purl)
    )
    metadata = BomMetaData(component=root, timestamp=subject.created)
    metadata.tools.components.add(tool)
    components = [*_components(subject)]
    bom = Bom(serial_number=subject.serial, metadata=metadata, components=components)
    bom.register_dependency(root, components)
    text = str(JsonV1Dot6(bom).output_as_string(indent=1))
    validate(text)
    return text


def validate(text: str) -> None:
    """Refuse a document that the schema refuses, unknown keys included."""
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - heavy, only for a bill
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - heavy

    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise DockgateError(f"the CycloneDX document does not match its schema: {str(problem)[:500]}")


def _components(subject: ScannedImage) -> Iterator[Component]:
    from cyclonedx.contrib.license.factories import LicenseFactory  # noqa: PLC0415 - heavy, only for a bill
    from cyclonedx.model import Property  # noqa: PLC0415 - heavy
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415 - heavy

    licences = LicenseFactory()
    for package in subject.inventory.debian or ():
        yield _library(package.name, package.version, subject.debian_purl(package))
    for python in subject.inventory.python:
        component = _library(python.name, python.version, python_purl(python))
        if python.licence:
            component.licenses.add(licences.make_from_string(python.licence))
        yield component
    for library in subject.inventory.vendored:
        what = [Property(name="dockgate:vendored", value=library.what)]
        yield Component(name=library.path, type=ComponentType.FILE, bom_ref=f"file:{library.path}", properties=what)


def _library(name: str, version: str, purl: PackageURL) -> Component:
    from cyclonedx.model.component import Component  # noqa: PLC0415 - heavy, only for a bill

    return Component(name=name, version=version, purl=purl, bom_ref=str(purl))
