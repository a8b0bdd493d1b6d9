"""Debian's archives and packages that are not real."""

from __future__ import annotations

import gzip
import io
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ToolFailedError
from dockgate.system.process import Result
from tests import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.core.plan import Command


NOW = datetime.now(UTC)


CHANGELOG = (
    "openssl (3.5.9-1) trixie-security; urgency=high\n\n  * CVE-2026-1111\n\nopenssl (3.5.1-1) unstable; urgency=low\n"
)


def in_release(codename: str, age: timedelta = timedelta()) -> str:
    date = (NOW - age).strftime("%a, %d %b %Y %H:%M:%S UTC")
    until = (NOW - age + timedelta(days=30)).strftime("%a, %d %b %Y %H:%M:%S UTC")
    return f"Suite: {codename}\nCodename: {codename}\nDate: {date}\nValid-Until: {until}\n"


def deb() -> bytes:
    """Return the file system of a package that carries its changelog."""
    return tar({"./usr/share/doc/libssl3t64/changelog.Debian.gz": gzip.compress(CHANGELOG.encode())})


def tar(files: Mapping[str, bytes]) -> bytes:
    """Return a tar archive of these files, in their folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as written:
        folder = tarfile.TarInfo("./usr/share/doc/changelog.gz")
        folder.type = tarfile.DIRTYPE
        written.addfile(folder)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            written.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class FakeApt:
    """apt-get and dpkg-deb: `update` fills the lists, `download` leaves a package."""

    def __init__(self) -> None:
        self.age = timedelta()
        self.code = 0
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, command: Command, **_: Any) -> Result:
        said.command(command)
        self.calls.append(command.argv)
        if "update" in command.argv and self.code == 0:
            assert command.cwd is not None
            for suite in ("trixie", "trixie-updates", "trixie-security"):
                stem = command.cwd / "lists" / f"mirror_dists_{suite}"
                version = "3.5.9-1" if suite == "trixie-security" else "3.5.1-1"
                Path(f"{stem}_InRelease").write_text(in_release(suite, self.age))
                Path(f"{stem}_main_binary-amd64_Packages").write_text(f"Package: libssl3t64\nVersion: {version}\n\n")
        elif "download" in command.argv:
            if not command.argv[-1].startswith("libssl3t64="):
                raise ToolFailedError("no such package")
            assert command.cwd is not None
            (command.cwd / "libssl3t64_3.5.9-1_amd64.deb").write_bytes(b"!<arch>")
        return Result(self.code, deb() if command.argv[0] == "dpkg-deb" else b"", b"", 0.1)
