"""Which of an environment's secrets another environment has, too."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from dockgate.secrets.fingerprints import innocent_cache
from dockgate.secrets.fingerprints import match as fingerprint_match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from dockgate.secrets.fingerprints.match import Fingerprint
    from dockgate.secrets.store import Entry


def found(root: Path, environment: str, entries: Iterable[Entry]) -> Mapping[str, Fingerprint]:
    """Return the fingerprint of another environment that each of these secrets has, by the secret's name."""
    values = {entry.value.reveal(): entry.name for entry in entries}
    known = fingerprint_match.load(root).without(environment)
    nothing = innocent_cache.InnocentCache(secrets.token_bytes(innocent_cache.RECORD))
    return {values[value]: each for value, each in fingerprint_match.matches(values, known, nothing).items()}
