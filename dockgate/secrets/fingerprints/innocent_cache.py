"""What this machine knows to be no secret: slow comparisons that need not be made again.

Only innocence is kept, under a random key of the user: a quick digest of a secret would undo what the slow one is for.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate.system import atomic_file, cache, user_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RECORD = 16  # bytes: 2^-128 for taking one text for another
MOST = 20_000  # chosen: 320 kB
VERSION = "1"


class InnocentCache:
    """Strings that are none of the secrets of a scope; `save` keeps them for the next run."""

    def __init__(self, key: bytes, path: Path | None = None) -> None:
        """Read `path`, if it is there and the user's own; without a path nothing outlives the process."""
        self._key = key
        self._path = path
        kept = cache.read(path, VERSION, bytes) if path else None
        self._known = dict.fromkeys(_records(kept or b""))
        self._new = False

    def innocent(self, scope: str, value: str) -> bool:
        """Return whether `value` was compared with the secrets of `scope` before, and was none."""
        return self._record(scope, value) in self._known

    def remember(self, scope: str, values: Iterable[str]) -> None:
        """Note that these are none of the secrets of `scope`."""
        for value in values:
            self._known[self._record(scope, value)] = None
            self._new = True

    def save(self) -> None:
        """Write what is new, the oldest beyond 20,000 dropped; a run at the same time may win, and costs only time."""
        if self._path and self._new:
            cache.write(self._path, VERSION, b"".join(list(self._known)[-MOST:]))
            self._new = False

    def _record(self, scope: str, value: str) -> bytes:
        text = f"{len(scope)}:{scope}{value}".encode(errors="surrogatepass")
        return hashlib.blake2b(text, key=self._key, digest_size=RECORD, person=b"dockgate-verdict").digest()


def of_machine(process: Mapping[str, str]) -> InnocentCache:
    """Return the user's verdicts on this machine, or ones that last for this run where the user has no home."""
    base = process.get("XDG_CACHE_HOME") or process.get("HOME")
    if not base or not process.get("HOME"):
        return InnocentCache(secrets.token_bytes(RECORD))
    folder = Path(base) if process.get("XDG_CACHE_HOME") else Path(base) / ".cache"
    try:
        return InnocentCache(user_files.machine_key(process), folder / "dockgate" / "verdicts")
    except atomic_file.UnwritableError:  # a home that cannot be written to
        return InnocentCache(secrets.token_bytes(RECORD))


def _records(data: bytes) -> Iterable[bytes]:
    return (data[start : start + RECORD] for start in range(0, len(data) - RECORD + 1, RECORD))
