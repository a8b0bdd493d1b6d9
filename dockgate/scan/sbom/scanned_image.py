"""What a bill of materials is about: one image digest and all that is in it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import datetime

    from packageurl import PackageURL

    from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "dev.dockgate/sbom")


class ScannedImage(Struct, frozen=True):
    """One image; `created` is when its content dates from, so that its bill is the same whenever it is made."""

    name: str
    digest: str
    architecture: str
    created: datetime
    inventory: Inventory

    @property
    def serial(self) -> uuid.UUID:
        """Return the serial number of this digest's bill."""
        return uuid.uuid5(NAMESPACE, f"{self.name}@{self.digest}")

    @property
    def purl(self) -> PackageURL:
        """Return the image's package URL."""
        from packageurl import PackageURL  # noqa: PLC0415 - only for a bill

        name = self.name.rpartition("/")[2].lower()
        return PackageURL("oci", None, name, self.digest, {"arch": self.architecture})

    def debian_purl(self, package: DebianPackage) -> PackageURL:
        """Return a Debian package's URL; the upstream qualifier is what scanners match advisories by."""
        from packageurl import PackageURL  # noqa: PLC0415 - only for a bill

        upstream = package.source + ("" if package.source_version == package.version else f"@{package.source_version}")
        qualifiers = {"arch": package.architecture, "distro": self.inventory.codename or "debian", "upstream": upstream}
        return PackageURL("deb", "debian", package.name, package.version, qualifiers)


def python_purl(package: PythonPackage) -> PackageURL:
    """Return a Python distribution's package URL."""
    from packageurl import PackageURL  # noqa: PLC0415 - only for a bill

    return PackageURL("pypi", None, package.name, package.version)
