"""Debian's package lists through apt, in a root of its own: this machine's sources of other suites stay out of it."""

from __future__ import annotations

import gzip
import tarfile
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import DockgateError, MissingToolError, ToolFailedError
from dockgate.core.plan import Command
from dockgate.core.readable import readable
from dockgate.images import debian
from dockgate.scan import debian_lists
from dockgate.system import atomic_file, cache, process, regular_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockgate.core.project import Project
    from dockgate.images.debian import Archive

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FOLDERS = ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "lists/partial", "archives/partial")
REFRESH = 3600.0  # seconds; chosen: Debian's archive changes four times a day
LISTS = 512 * 2**20  # chosen: more than the list of any suite


class Root(Struct, frozen=True):
    """A private apt root for one suite and architecture."""

    project: Project
    folder: Path
    architecture: str

    def command(self, *words: str, timeout: float = 180.0) -> Command:
        """Return an apt-get call that reads and writes below this root only."""
        options = {
            "Dir::Etc": f"{self.folder}/etc/apt",
            "Dir::Etc::SourceList": "/dev/null",
            "Dir::Etc::SourceParts": f"{self.folder}/etc/apt",
            "Dir::State": str(self.folder),
            "Dir::State::status": f"{self.folder}/status",
            "Dir::Cache": str(self.folder),
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Sandbox::User": "",
            "Acquire::GzipIndexes": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
        }
        flags = tuple(word for name, value in options.items() for word in ("-o", f"{name}={value}"))
        return Command(("apt-get", *flags, *words), self.project.child_env(), self.folder, timeout)

    def releases(self) -> tuple[debian_lists.Release, ...]:
        """Return what the signed lists of this root say of themselves."""
        files = sorted((self.folder / "lists").glob("*_InRelease"))
        return tuple(debian_lists.release(regular_file.text(file)) for file in files)

    def packages(self) -> dict[str, tuple[bytes, ...]]:
        """Return the package lists of this root by codename."""
        found: dict[str, tuple[bytes, ...]] = {}
        for file in sorted((self.folder / "lists").glob("*_Packages")):
            codename = file.name.split("_dists_")[1].split("_")[0]
            found[codename] = (*found.get(codename, ()), regular_file.read(file, LISTS))
        return found


def _sources(archive: Archive, codename: str) -> str:
    """Return one suite with all that updates it, in apt's own format."""
    suites = ((archive.main, f"{codename} {codename}-updates"), (archive.security, f"{codename}-security"))
    return "\n".join(
        f"Types: deb\nURIs: {uri}\nSuites: {names}\nComponents: main\nSigned-By: {KEYRING}\n" for uri, names in suites
    )


def root(project: Project, codename: str, architecture: str) -> Root:
    """Return the private root for a suite with fresh lists; old ones stay when the mirror does not answer.

    Whether old lists may still be judged by is for `lists.stale` to say.
    """
    if not KEYRING.is_file():
        raise MissingToolError(f"{KEYRING} is missing", fix="apt-get install debian-archive-keyring")
    made = Root(project, project.state / "apt" / f"{codename}-{architecture}", architecture)
    stamp = made.folder / "refreshed"
    if stamp.is_file() and 0 <= time.time() - stamp.stat().st_mtime < REFRESH:
        return made
    state_folder.make(made.folder)
    for folder in FOLDERS:
        (made.folder / folder).mkdir(parents=True, exist_ok=True)
    atomic_file.create(made.folder / "status", b"")
    sources = _sources(debian.required(project), codename)
    # Only for this user: an archive's address may hold credentials.
    atomic_file.replace(made.folder / "etc/apt/debian.sources", sources.encode())
    result = process.run(made.command("update", "--quiet", "--error-on=any"), check=False)
    if result.code != 0 and not made.releases():
        raise process.failed(made.command("update"), result)
    if result.code == 0:
        atomic_file.replace(stamp, b"")
    return made


def changelog(apt: Root, package: str, version: str) -> str:
    """Return the changelog inside a package of these lists; empty when the package does not carry it itself."""
    file = apt.folder / "changelogs" / f"{package}.json"
    known = cache.read(file, version, str)
    if known is None:
        known = _download(apt, package, version)
        cache.write(file, version, known)
    return known


def _download(apt: Root, package: str, version: str) -> str:
    folder = apt.folder / "archives"
    command = apt.command("download", "--quiet", f"{package}={version}")
    process.run(Command(command.argv, command.env, folder, command.timeout))
    files = sorted(folder.glob(f"{package}_*.deb"))
    if not files:
        raise ToolFailedError(f"apt-get downloaded no {package} {version}")
    unpack = Command(("dpkg-deb", "--fsys-tarfile", str(files[-1])), apt.project.child_env())
    content = process.run(unpack).stdout
    for file in files:
        file.unlink()
    return _text(content, (f"changelog.Debian.{apt.architecture}.gz", "changelog.Debian.gz", "changelog.gz"))


def _text(content: bytes, names: Sequence[str]) -> str:
    with tarfile.open(fileobj=BytesIO(content)) as tar:
        for member in tar:
            there = member.name.startswith("./usr/share/doc/") and member.name.endswith(tuple(names))
            if there and member.isreg() and (file := tar.extractfile(member)):
                return readable(gzip.decompress(file.read()))
    return ""


def cves(apt: Root, source: str, binaries: Sequence[str], version: str, installed: str) -> tuple[str, ...] | None:
    """Return the CVE ids fixed between two versions of a source; None when its changelog cannot be read."""
    for package in (*binaries, source):
        try:
            text = changelog(apt, package, version)
        except DockgateError:  # a source need not have a binary of its name; a missing changelog is reported as such
            continue
        if text:
            return debian_lists.fixed(text, installed)
    return None
