"""Debian's base system as a tar: what an image is made of, and needs no engine.

python -m dockgate.images.base_system    makes it ahead, while `bootstrap` installs the engine
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core import project as projects
from dockgate.core.errors import ConfigError, DockgateError, MissingToolError
from dockgate.images import debian, host_resources, recipe, settings
from dockgate.images.settings import Source
from dockgate.system import process, scratch, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockgate.core.project import Project
    from dockgate.images.host_resources import Host

TAR = "base.tar"  # as docker/base/Dockerfile calls it
AHEAD = "base-ahead.tar"
AHEAD_SECONDS = 3600  # chosen: the installation of an engine, and what follows it, end long before
EPOCH_FILE = "./etc/dockgate-epoch"
RAM = "/dev/shm"  # noqa: S108 - as TEMPORARY
RAM_BYTES = 2 << 30  # chosen: several times what the base system, its packages and their lists take
TEMPORARY = (RAM, "/tmp", "/var/tmp")  # noqa: S108 - mmdebstrap makes a folder of its own there


def ahead(project: Project, say: Callable[[str], None]) -> None:
    """Make the base system before there is an engine; not where the base has to come from a registry."""
    if settings.load(project).base.source is Source.REGISTRY:
        return
    with scratch.folder(project) as folder:
        bootstrap(project, host_resources.gather(project), folder / TAR, say)
        (folder / TAR).replace(state_folder.make(project.state) / AHEAD)


def taken(project: Project, tar: Path) -> str:
    """Move what was made ahead to `tar`, and return the date of its package lists; "" where there is none."""
    made = project.state / AHEAD
    try:
        made.replace(tar)
    except OSError:
        return ""
    young = 0 <= time.time() - tar.stat().st_mtime < AHEAD_SECONDS
    return _epoch(tar) if young else ""


def bootstrap(project: Project, host: Host, tar: Path, say: Callable[[str], None]) -> str:
    """Write Debian's base system to `tar`; return the date of its package lists, in seconds.

    The same lists make the same bytes. mmdebstrap is installed where it is missing and we are root.
    """
    root = os.geteuid() == 0
    archive = debian.required(project)
    if not shutil.which("mmdebstrap", path=project.process.get("PATH")):
        if not root or not shutil.which("apt-get", path=project.process.get("PATH")):
            raise MissingToolError(
                "mmdebstrap is not installed", fix="install it (as root: apt-get install mmdebstrap)"
            )
        say("installing mmdebstrap")
        fetch, install = debian.install(project, "mmdebstrap")
        if process.run(install, check=False).code != 0:  # the lists are missing or too old
            process.run(fetch)
            process.run(install)
    say("bootstrapping the base image from Debian packages (half a minute)")
    process.run(recipe.bootstrap(project, host, tar, _temporary(project)), stdin=archive.sources().encode())
    return _epoch(tar)


def _epoch(tar: Path) -> str:
    import tarfile  # noqa: PLC0415 - only where a base is made

    with tarfile.open(tar) as files:
        file = files.extractfile(EPOCH_FILE)
        return file.read().decode().strip() if file else "0"


def _temporary(project: Project) -> str:
    """Return a folder for temporary files in which programs may run: hardened machines mount /tmp without that.

    RAM is the first choice where there is enough: dpkg waits for the disk after each of thousands of files.
    """
    wanted = [project.process["TMPDIR"]] if project.process.get("TMPDIR") else list(TEMPORARY)
    there = [each for each in wanted if os.path.isdir(each)]  # noqa: PTH112 - Path raises without permission
    for each in there:
        told = os.statvfs(each)
        if told.f_flag & os.ST_NOEXEC or (each == RAM and told.f_bavail * told.f_frsize < RAM_BYTES):
            continue
        return each
    raise ConfigError(
        f"programs cannot run in {', '.join(there or wanted)}, as the installation of Debian's base system needs",
        fix="set TMPDIR to a folder that is not mounted noexec",
    )


def main() -> int:
    """Make it for the checkout in which this runs; where that fails, `up` does it, and says what is wrong."""
    try:
        ahead(projects.load(Path.cwd()), _say)
    except DockgateError as error:
        _say(f"the base image's system was not made ahead: {error.what}")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"bootstrap: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
