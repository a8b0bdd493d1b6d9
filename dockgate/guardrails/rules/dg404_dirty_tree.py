"""DG404: uncommitted changes in production.

Untracked files count. `*.secrets.age`, `fingerprints.toml`, `recipients.toml` and `*.release.toml` do not: Dockgate
writes them. Where a release pins the images by digest, only files block that decide what it runs: settings, env files,
what Compose reads, and what services mount. The others are a warning.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dockgate.core.counted import counted
from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails import deciding_files
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG404"
TITLE = "Uncommitted changes in production"
SCOPE = Scope.TARGET
# What Dockgate writes itself on the way to production, and a person commits afterwards.
MOST = 5
FIX = "commit it, or stash it, first"
OWN = ("*.secrets.age", "*/fingerprints.toml", "fingerprints.toml", "*.release.toml", "*/recipients.toml")


def check(context: Context) -> Iterator[Hit]:
    """Check that production runs what is committed, except for the files that Dockgate writes itself."""
    if not context.production or context.git is None:
        return
    changed = [path for path in context.git.dirty if not any(fnmatchcase(path, pattern) for pattern in OWN)]
    deciding = [path for path in changed if deciding_files.among(path, context.deciding)]
    for path in deciding[:MOST]:
        yield Hit(f"{path} is not committed: what runs could not be traced to a commit", FIX, Location(path))
    if len(deciding) > MOST:
        yield Hit(f"{counted(len(deciding) - MOST, 'more file')} changed and not committed", FIX, Location(""))
    if others := [path for path in changed if path not in deciding]:
        more = f" and {counted(len(others) - 1, 'more file')}" if len(others) > 1 else ""
        what = f"{others[0]}{more} not committed: no part of what the release runs"
        yield Hit(what, FIX, Location(others[0]), severity=Severity.WARNING)
