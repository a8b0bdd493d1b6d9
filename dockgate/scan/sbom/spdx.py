"""SPDX 2.3, written and checked by the SPDX project's library."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from dockgate.core.errors import DockgateError
from dockgate.scan.sbom.subject import python_purl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packageurl import PackageURL
    from spdx_tools.spdx.model import Document, Package

    from dockgate.scan.sbom.subject import Subject

MEDIA_TYPE = "application/spdx+json"
DOCUMENT = "SPDXRef-DOCUMENT"


def document(subject: Subject) -> str:
    """Return the bill as JSON, validated by the library's rules for 2.3."""
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document  # noqa: PLC0415 - heavy
    from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream  # noqa: PLC0415 - heavy

    made = _document(subject)
    if problems := validate_full_spdx_document(made):
        raise DockgateError(f"the SPDX document does not hold to its rules: {problems[0].validation_message}")
    stream = io.StringIO()
    write_document_to_stream(made, stream, validate=False)
    return stream.getvalue()


def _document(subject: Subject) -> Document:
    from spdx_tools.spdx import model  # noqa: PLC0415 - heavy, only for a bill

    root = _package("Image", subject.name, subject.digest, subject.purl)
    packages = [*_packages(subject)]
    info = model.CreationInfo(
        spdx_version="SPDX-2.3",
        spdx_id=DOCUMENT,
        name=subject.name,
        document_namespace=f"urn:uuid:{subject.serial}",
        creators=[model.Actor(model.ActorType.TOOL, "dockgate")],
        created=subject.created.replace(tzinfo=None, microsecond=0),
    )
    contains = model.RelationshipType.CONTAINS
    relations = [
        model.Relationship(DOCUMENT, model.RelationshipType.DESCRIBES, root.spdx_id),
        *(model.Relationship(root.spdx_id, contains, package.spdx_id) for package in packages),
    ]
    return model.Document(info, packages=[root, *packages], relationships=relations)


def _packages(subject: Subject) -> Iterator[Package]:
    for package in subject.inventory.debian or ():
        yield _package("Deb", package.name, package.version, subject.debian_purl(package))
    for python in subject.inventory.python:
        yield _package("Python", python.name, python.version, python_purl(python))
    for library in subject.inventory.vendored:
        yield _package("File", library.path, "", None, library.what)


def _package(kind: str, name: str, version: str, purl: PackageURL | None, comment: str = "") -> Package:
    from spdx_tools.spdx import model  # noqa: PLC0415 - heavy, only for a bill

    category = model.ExternalPackageRefCategory.PACKAGE_MANAGER
    references = [model.ExternalPackageRef(category, "purl", str(purl))] if purl else []
    return model.Package(
        spdx_id="SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", f"{kind}-{name}-{version}").strip("-"),
        name=name,
        download_location=model.SpdxNoAssertion(),
        version=version or None,
        files_analyzed=False,
        external_references=references,
        comment=comment or None,
    )
