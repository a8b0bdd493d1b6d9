"""What an image says is installed in it."""

from __future__ import annotations

from dockgate.scan import inventory
from dockgate.scan.inventory import DebianPackage

STATUS = b"""Package: libssl3t64
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.5.1-1
Description: libraries
 with a second line

Package: gone
Status: deinstall ok config-files
Version: 1

Package: tar
Status: install ok installed
Architecture: amd64
Source: tar (1.35+dfsg-3)
Version: 1.35+dfsg-3.1
"""
SITE = "usr/lib/python3.13/site-packages"


def test_packages_come_from_status_and_status_d_once_each() -> None:
    """Packages come from status and status d once each."""
    files = {
        inventory.STATUS: STATUS,
        inventory.STATUS_FOLDER + "libc6": b"Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\nSource: glibc\n",
        inventory.STATUS_FOLDER + "tar": STATUS.split(b"\n\n")[-1],
    }
    assert inventory.read(files).debian == (
        DebianPackage("libc6", "2.41-12", "amd64", "glibc", "2.41-12"),
        DebianPackage("libssl3t64", "3.5.1-1", "amd64", "openssl", "3.5.1-1"),
        DebianPackage("tar", "1.35+dfsg-3.1", "amd64", "tar", "1.35+dfsg-3"),
    )


def test_image_without_records_is_not_an_image_without_packages() -> None:
    """Image without records is not an image without packages."""
    assert inventory.read({"etc/os-release": b"ID=alpine\n"}).debian is None


def test_codename_is_read() -> None:
    """Codename is read."""
    assert inventory.read({"usr/lib/os-release": b'ID=debian\nVERSION_CODENAME="trixie"\n'}).codename == "trixie"


def test_python_packages_outside_debians_own_folder() -> None:
    """Python packages outside debians own folder."""
    files = {
        f"{SITE}/Typing_Extensions-4.1.dist-info/METADATA": b"Name: Typing_Extensions\nVersion: 4.1\nLicense: PSF\n\nX",
        f"{inventory.DEBIAN_PYTHON}six-1.dist-info/METADATA": b"Name: six\nVersion: 1\n",
    }
    (package,) = inventory.read(files).python
    assert (package.name, package.version, package.licence) == ("typing-extensions", "4.1", "PSF")


def test_libraries_inside_wheels_are_found_by_place_and_by_banner() -> None:
    """Libraries inside wheels are found by place and by banner."""
    elf = b"\x7fELF"
    files = {
        f"{SITE}/psycopg_binary.libs/libcrypto-1.so.3": elf + b"OpenSSL 3.5.1 1 Jul 2025",
        f"{SITE}/cryptography/_rust.abi3.so": elf + b"OpenSSL 3.5.2 5 Aug 2025",
        f"{SITE}/asyncpg/protocol.cpython-313-x86_64-linux-gnu.so": elf,
        f"{SITE}/text.so": b"not a library: OpenSSL 3.5.2 ",
    }
    assert all(inventory.wanted(path) for path in files)
    assert [(each.path.removeprefix(SITE), each.what) for each in inventory.read(files).vendored] == [
        ("/cryptography/_rust.abi3.so", "OpenSSL 3.5.2"),
        ("/psycopg_binary.libs/libcrypto-1.so.3", "OpenSSL 3.5.1"),
    ]


def test_only_records_and_python_libraries_are_read() -> None:
    """Only records and python libraries are read."""
    assert inventory.wanted("var/lib/dpkg/status.d/libc6")
    assert not inventory.wanted("var/lib/dpkg/status.d/libc6.md5sums")
    assert not inventory.wanted("usr/lib/x86_64-linux-gnu/libc.so.6")
