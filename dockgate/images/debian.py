"""Debian's packages, as this machine's own apt reaches them: no archive is named in any file of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import MissingToolError
from dockgate.core.plan import Command
from dockgate.system import process

if TYPE_CHECKING:
    from dockgate.core.project import Project

SUITE = "trixie"
# Without its package lists apt answers in 10 ms, with them it may take a second; they need not even be there.
TARGETS = (
    *("apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)"),
    *("-o", "Dir::State::lists=/nonexistent", "-o", "APT::Get::IndexTargets::ReleaseInfo=false"),
)
NAMES = frozenset("oldstable stable testing unstable sid bullseye bookworm trixie forky duke".split())
SECURITY = "-security"
FIX = "add Debian's main and security archives to apt's sources, or set source = \"registry\" in [tool.dockgate.base]"


class Archive(Struct, frozen=True):
    """Where Debian's packages are: the URIs of the main and the security archive. They may hold credentials."""

    main: str
    security: str

    def sources(self, suite: str = SUITE) -> str:
        """Return apt's one-line sources: the suite, its updates and its security updates."""
        lines = ((self.main, suite), (self.main, f"{suite}-updates"), (self.security, f"{suite}-security"))
        return "".join(f"deb {uri} {name} main\n" for uri, name in lines)


def parse(targets: str) -> Archive | None:
    """Read what apt says; None where it knows no Debian archive, or none for security."""
    rows = [line.split("|") for line in targets.splitlines() if line.count("|") == 1]
    main = [uri for uri, suite in rows if suite in NAMES]
    security = [uri for uri, suite in rows if suite.endswith(SECURITY) and suite.removesuffix(SECURITY) in NAMES]
    return Archive(main[0], security[0]) if main and security else None


def archive(project: Project) -> Archive | None:
    """Ask this machine's apt; None where there is none, or it knows no Debian."""
    try:
        result = process.run(Command(TARGETS, project.child_env(), timeout=30), check=False)
    except MissingToolError:
        return None
    return parse(result.text)


def required(project: Project) -> Archive:
    """Return the archive; MissingToolError where there is none."""
    found = archive(project)
    if not found:
        raise MissingToolError("apt on this machine has no Debian archive to build the base image from", fix=FIX)
    return found


def install(project: Project, package: str) -> tuple[Command, Command]:
    """Return the commands that fetch the package lists, and that install a package here."""
    options = ("--yes", "--quiet", "--no-install-recommends", "--option=DPkg::Lock::Timeout=120")
    argv = ("apt-get", "install", *options, package)
    env = project.child_env(DEBIAN_FRONTEND="noninteractive")
    return Command(("apt-get", "update", "--quiet"), env, timeout=300), Command(argv, env, timeout=600)
