"""What an image says is installed in it."""

from __future__ import annotations

from dockgate.scan import inventory
from dockgate.scan.inventory import DebianPackage, PythonPackage, VendoredLibrary

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
        inventory.STATUS_FOLDER
        + "base": b"\n\nPackage: base\nVersion: 1\n\n\n\nVersion: 2\n\nPackage: z\nSource: y (2X)\nVersion: 3X\n",
        inventory.STATUS_FOLDER + "libc6": b"Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\nSource: glibc\n",
        inventory.STATUS_FOLDER + "tar": STATUS.split(b"\n\n")[-1],
    }
    assert inventory.read(files).debian == (
        DebianPackage("base", "1", "", "base", "1"),
        DebianPackage("libc6", "2.41-12", "amd64", "glibc", "2.41-12"),
        DebianPackage("libssl3t64", "3.5.1-1", "amd64", "openssl", "3.5.1-1"),
        DebianPackage("tar", "1.35+dfsg-3.1", "amd64", "tar", "1.35+dfsg-3"),
        DebianPackage("z", "3X", "", "y", "2X"),
    )


def test_image_without_records_is_not_an_image_without_packages() -> None:
    """Image without records is not an image without packages."""
    assert inventory.read({"etc/os-release": b"ID=alpine\n"}).debian is None


def test_codename_is_read() -> None:
    """Codename is read."""
    both = {"usr/lib/os-release": b'ID=debian\nVERSION_CODENAME="trixie"\n', "etc/os-release": b"ID=x\n"}
    assert inventory.read(both).codename == "trixie"
    both["etc/os-release"] = b"VERSION_CODENAME=X=b\nVERSION_CODENAME=c\n"
    assert inventory.read(both).codename == "X=b"
    assert inventory.read({}).codename == ""


def test_python_packages_outside_debians_own_folder() -> None:
    """Python packages outside debians own folder."""
    files = {
        f"{SITE}/Typing_Extensions-4.1.dist-info/METADATA": b"Name: Typing_Extensions\nVersion: 4.1\nLicense: PSF\n\nX",
        f"{inventory.DEBIAN_PYTHON}six-1.dist-info/METADATA": b"Name: six\nVersion: 1\n",
    }
    both = b"Name: b..c_-d\nVersion: 1\nLicense-Expression: MIT\nLicense: X\n"
    files |= {
        f"{SITE}/b.egg-info/PKG-INFO": both,
        f"{SITE}/long.dist-info/METADATA": b"Name: long\nVersion: 2\nLicense: one\n two\n",
        f"{SITE}/bare.dist-info/METADATA": b"Name: bare\nVersion: 3\n",
        f"{SITE}/nameless.dist-info/METADATA": b"Version: 4\n",
        f"{SITE}/unversioned.dist-info/METADATA": b"Name: unversioned\n",
        f"{SITE}/z/other": both,
    }
    assert inventory.read(files).python == (
        PythonPackage("b-c-d", "1", "MIT", f"{SITE}/b.egg-info/PKG-INFO"),
        PythonPackage("bare", "3", "", f"{SITE}/bare.dist-info/METADATA"),
        PythonPackage("long", "2", "one", f"{SITE}/long.dist-info/METADATA"),
        PythonPackage("typing-extensions", "4.1", "PSF", f"{SITE}/Typing_Extensions-4.1.dist-info/METADATA"),
    )


def test_libraries_inside_wheels_are_found_by_place_and_by_banner() -> None:
    """Libraries inside wheels are found by place and by banner."""
    elf = b"\x7fELF"
    files = {
        f"{SITE}/psycopg_binary.libs/libcrypto-1.so.3": elf + b"OpenSSL 3.5.1 1 Jul 2025",
        f"{SITE}/cryptography/_rust.abi3.so": elf + b"OpenSSL 3.5.2 5 Aug 2025",
        f"{SITE}/asyncpg/protocol.cpython-313-x86_64-linux-gnu.so": elf,
        f"{SITE}/text.so": b"not a library: OpenSSL 3.5.2 ",
        f"{inventory.DEBIAN_PYTHON}own.so": elf + b"OpenSSL 3.5.2 ",
        f"{SITE}/a.libs/libnone.so": elf,
        f"{SITE}/two.so": elf + b"inflate 1.3.1 Copyright OpenSSL 1.1.1w  libpq 16.2",
    }
    assert all(inventory.wanted(path) for path in files)
    assert inventory.read(files).vendored == (
        VendoredLibrary(f"{SITE}/a.libs/libnone.so", "libnone.so"),
        VendoredLibrary(f"{SITE}/cryptography/_rust.abi3.so", "OpenSSL 3.5.2"),
        VendoredLibrary(f"{SITE}/psycopg_binary.libs/libcrypto-1.so.3", "OpenSSL 3.5.1"),
        VendoredLibrary(f"{SITE}/two.so", "OpenSSL 1.1.1w, zlib 1.3.1, libpq 16.2"),
    )


def test_only_records_and_python_libraries_are_read() -> None:
    """Only records and python libraries are read."""
    read = [
        "var/lib/dpkg/status",
        "var/lib/dpkg/status.d/libc6",
        "etc/os-release",
        "usr/lib/os-release",
        f"{SITE}/a.dist-info/METADATA",
        f"{SITE}/a.egg-info/PKG-INFO",
        f"{SITE}/a.so",
        f"{SITE}/a.so.1",
        "usr/lib/python3/dist-packages/a.so",
    ]
    others = [
        "var/lib/dpkg/status.d/libc6.md5sums",
        "var/lib/dpkg/status-old",
        "usr/lib/x86_64-linux-gnu/libc.so.6",
        "usr/lib/libc.so",
        "METADATA",
        f"{SITE}/a.dist-info/RECORD",
        f"{SITE}/a.py",
    ]
    assert [path for path in read + others if inventory.wanted(path)] == read
