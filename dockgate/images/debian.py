"""Debian's packages, as this machine's own apt reaches them: no archive is named in any file of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockgate import execute
from dockgate.errors import MissingToolError
from dockgate.plan import Command

if TYPE_CHECKING:
    from dockgate.project import Project

SUITE = "trixie"
FORMAT = "$(REPO_URI)|$(ORIGIN)|$(LABEL)"
FIX = (
    "add Debian's main and security archives to apt's sources and run apt-get update,"
    ' or set source = "registry" in [tool.dockgate.base]'
)


@dataclass(frozen=True, slots=True)
class Archive:
    """Where Debian's packages are: the URIs of the main and the security archive. They may hold credentials."""

    main: str
    security: str

    def sources(self, suite: str = SUITE) -> str:
        """Return apt's one-line sources: the suite, its updates and its security updates."""
        lines = ((self.main, suite), (self.main, f"{suite}-updates"), (self.security, f"{suite}-security"))
        return "".join(f"deb {uri} {name} main\n" for uri, name in lines)


def parse(targets: str) -> Archive | None:
    """Read `apt-get indextargets --format FORMAT`; None where it knows no Debian archive, or none for security."""
    rows = [line.split("|") for line in targets.splitlines() if line.count("|") == FORMAT.count("|")]
    found = {label: uri for uri, origin, label in reversed(rows) if origin == "Debian"}
    if "Debian" not in found or "Debian-Security" not in found:
        return None
    return Archive(found["Debian"], found["Debian-Security"])


def archive(project: Project) -> Archive | None:
    """Ask this machine's apt; None where there is none, or it knows no Debian."""
    argv = ("apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages")
    try:
        result = execute.run(Command(argv, project.child_env(), timeout=30), check=False)
    except MissingToolError:
        return None
    return parse(result.stdout.decode(errors="replace"))


def required(project: Project, *, root: bool) -> Archive:
    """Return the archive, after `apt-get update` where apt has no lists yet; MissingToolError where there is none."""
    found = archive(project)
    if not found and root:
        execute.run(Command(("apt-get", "update", "--quiet"), project.child_env(), timeout=300), check=False)
        found = archive(project)
    if not found:
        raise MissingToolError("this machine's apt has no Debian archive to make the base image from", fix=FIX)
    return found


def install(project: Project, package: str) -> Command:
    """Return the command that installs a package here."""
    argv = (
        "apt-get",
        "install",
        "--yes",
        "--quiet",
        "--no-install-recommends",
        "-o",
        "DPkg::Lock::Timeout=120",
        package,
    )
    return Command(argv, project.child_env(DEBIAN_FRONTEND="noninteractive"), timeout=600)
