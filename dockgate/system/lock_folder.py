"""Where locks are kept: a folder of this user alone, and the same one whatever the process environment says."""

from __future__ import annotations

import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.system import atomic_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.core.project import Project

NAME = "dockgate-locks"
PRIVATE = 0o700  # of its user alone


def find(project: Project) -> Path:
    """Return the first place where a folder of ours is or can be made; ConfigError where there is none."""
    tried, full = tuple(places(project)), None
    for place in tried:
        try:
            if place.parent == project.state:
                state_folder.make(project.state)
            place.mkdir(PRIVATE, parents=True, exist_ok=True)
            if _ours(place):
                return place
        except (OSError, ConfigError) as error:
            full = full or _full(place, error)
    if full:
        raise full
    fix = "make one of them a folder of yours that only you can enter (mode 0700)"
    raise ConfigError(f"no private folder for locks: {', '.join(map(str, tried))}", fix=fix)


def places(project: Project) -> Iterator[Path]:
    """Yield where locks may be kept, in order: what lasts and does not depend on how the user logged in comes first.

    The last one is known to this checkout only: where a user has no home, checkouts do not see each other's locks.
    """
    user = os.geteuid()
    if user == 0:
        yield Path("/run") / NAME
    with suppress(KeyError):  # a user id without a name, as in many containers
        yield Path(pwd.getpwuid(user).pw_dir, ".local/state", NAME)
    yield Path(f"/run/user/{user}") / NAME
    if given := project.process.get("XDG_RUNTIME_DIR"):
        yield Path(given) / NAME
    yield project.state / NAME


def _full(place: Path, error: OSError | ConfigError) -> ConfigError | None:
    """Return the error of a full or read-only disk, which is the machine's; None for any other."""
    if isinstance(error, OSError) and error.errno in atomic_file.FULL:
        return atomic_file.refused(place, error)
    return error if isinstance(error, atomic_file.FullDiskError) else None


def _ours(folder: Path) -> bool:
    """Return whether a folder is this user's; one that others could enter is closed to them."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return False
    if stat.S_IMODE(status.st_mode) != PRIVATE:
        folder.chmod(PRIVATE)
    return os.access(folder, os.W_OK)
