"""What is installed in an image, by what it says itself: Debian packages, Python packages, libraries inside wheels."""

from __future__ import annotations

import re
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.readable import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STATUS = "var/lib/dpkg/status"
STATUS_FOLDER = "var/lib/dpkg/status.d/"
OS_RELEASE = ("etc/os-release", "usr/lib/os-release")
# Debian's own Python packages live here; Debian's lists cover them.
DEBIAN_PYTHON = "usr/lib/python3/dist-packages/"
BANNERS = {
    "OpenSSL": re.compile(rb"OpenSSL (\d+\.\d+\.\d+[a-z]?)[ -]"),
    "zlib": re.compile(rb"(?:in|de)flate (\d+\.\d+(?:\.\d+)*) Copyright"),
    "libpq": re.compile(rb"libpq[ -](\d+(?:\.\d+)+)"),
}
VENDORED = re.compile(r"(?:^|/)(?:[^/]*\.libs|\.dylibs)/|/lib[^/]*\.so(?:\.[\d.]+)?$")


class DebianPackage(Struct, frozen=True, order=True):
    """An installed Debian package; `source_version` is what its changelog counts in."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str


class PythonPackage(Struct, frozen=True, order=True):
    """An installed Python distribution; `name` is normalised; `licence` as its metadata says, may be empty."""

    name: str
    version: str
    licence: str
    path: str


class VendoredLibrary(Struct, frozen=True, order=True):
    """A library that is bundled in a wheel, whole or linked in: no distribution updates it."""

    path: str
    what: str


class Inventory(Struct, frozen=True):
    """All of one image; `debian` is None where it has no dpkg records at all."""

    codename: str
    debian: tuple[DebianPackage, ...] | None
    python: tuple[PythonPackage, ...]
    vendored: tuple[VendoredLibrary, ...]


def wanted(path: str) -> bool:
    """Return whether the inventory needs this file's content."""
    return (
        path in (STATUS, *OS_RELEASE)
        or (path.startswith(STATUS_FOLDER) and not path.endswith(".md5sums"))
        or path.endswith((".dist-info/METADATA", ".egg-info/PKG-INFO"))
        or ("-packages/" in path and (path.endswith(".so") or ".so." in path))
    )


def read(files: Mapping[str, bytes]) -> Inventory:
    """Return the inventory of the files that `wanted` chose."""
    records = [path for path in files if path == STATUS or path.startswith(STATUS_FOLDER)]
    debian = {package for path in records for package in _debian(readable(files[path]))}
    return Inventory(
        codename=_codename(files),
        debian=tuple(sorted(debian)) if records else None,
        python=tuple(sorted(_python(files))),
        vendored=tuple(sorted(_vendored(files))),
    )


def _codename(files: Mapping[str, bytes]) -> str:
    for path in OS_RELEASE:
        for line in readable(files.get(path, b"")).splitlines():
            if line.startswith("VERSION_CODENAME="):
                return line.partition("=")[2].strip('"')
    return ""


def _debian(text: str) -> Iterator[DebianPackage]:
    for stanza in re.split(r"\n{2,}", text):
        fields = HeaderParser().parsestr(stanza.strip("\n"))
        name, version = fields.get("Package"), fields.get("Version")
        status = fields.get("Status", "install ok installed").split()
        if not name or not version or status[-1:] != ["installed"]:
            continue
        source, _, source_version = (fields.get("Source") or name).partition(" ")
        yield DebianPackage(
            name, version, fields.get("Architecture", ""), source, source_version.strip("()") or version
        )


def _python(files: Mapping[str, bytes]) -> Iterator[PythonPackage]:
    for path, content in files.items():
        if not path.endswith(("/METADATA", "/PKG-INFO")) or path.startswith(DEBIAN_PYTHON):
            continue
        fields = HeaderParser().parsestr(readable(content))
        name, version = fields.get("Name"), fields.get("Version")
        if name and version:
            licence = fields.get("License-Expression") or fields.get("License") or ""
            yield PythonPackage(normalise(name), version, licence.splitlines()[0] if licence else "", path)


def normalise(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _vendored(files: Mapping[str, bytes]) -> Iterator[VendoredLibrary]:
    for path, content in files.items():
        if path.startswith(DEBIAN_PYTHON) or not content.startswith(b"\x7fELF"):
            continue
        inside = [
            f"{name} {match[1].decode()}" for name, banner in BANNERS.items() if (match := banner.search(content))
        ]
        if VENDORED.search(path) or inside:
            yield VendoredLibrary(path, ", ".join(inside) or path.rpartition("/")[2])
