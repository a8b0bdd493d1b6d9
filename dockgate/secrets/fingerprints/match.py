"""Is this string one of an environment's secrets? Answered by `env/fingerprints.toml`, without having any of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.detection import strength
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import FILE, Fingerprint, Fingerprints, Sheet, parse, text
from dockgate.system import atomic_file, regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from dockgate.secrets.fingerprints.innocent_cache import InnocentCache

__all__ = ["FAST_LENGTH", "FILE", "SLOW_BITS", "Fingerprint", "Fingerprints", "hinted", "load", "matches", "save"]

# Nothing below is ever fingerprinted, so nothing below can match: 64 bits of guess entropy for the slow kind, and
# 22 characters for the fast one, which is 128 bits in the largest alphabet of `generate`.
SLOW_BITS = 64
FAST_LENGTH = 22


def load(root: Path) -> Fingerprints:
    """Load the file of the project at `root`, nothing where there is none; ConfigError for a damaged one."""
    try:
        return parse(regular_file.read(root / FILE).decode())
    except FileNotFoundError:
        return Fingerprints()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=Location(FILE)) from error


def save(root: Path, everything: Fingerprints) -> None:
    """Write the file."""
    atomic_file.replace(root / FILE, text(everything).encode(), 0o644)


def matches(strings: Iterable[str], known: Fingerprints, cache: InnocentCache) -> dict[str, Fingerprint]:
    """Return those of `strings` that are a known secret, with the first fingerprint that says so.

    Two microseconds a string and environment; where an environment has slow fingerprints, some 57 ms more, on all
    processors, for each string that could be one and that `cache` does not know to be none.
    """
    every = tuple(dict.fromkeys(strings))
    found: dict[str, Fingerprint] = {}
    for sheet in known.sheets:
        _quick(every, sheet, found)
    possible = [each for each in every if each not in found and strength.ceiling(each) >= SLOW_BITS]
    for sheet in known.sheets:
        found.update(_slow([each for each in possible if each not in found], sheet, cache))
    return found


def _quick(every: Iterable[str], sheet: Sheet, found: dict[str, Fingerprint]) -> None:
    fast, keys = sheet.of(DigestKind.FAST), sheet.of(DigestKind.PUBLIC)
    for each in every:
        hit = fast.get(digests.fast(each, sheet.salt)) if fast and len(each) >= FAST_LENGTH else None
        if hit is None and keys:
            hit = keys.get(digests.public(each) or "")
        if hit:
            found.setdefault(each, hit)


def hinted(known: Fingerprints) -> bool:
    """Return whether every slow fingerprint has a hint: strings may then be compared by the thousand."""
    return all(each.hint for each in known if each.kind is DigestKind.SLOW)


def _hinted(candidates: Iterable[str], salt: bytes, hints: set[str]) -> Iterable[str]:
    """Yield the candidates that a hint lets through, one in 4,096 each; all, where a fingerprint has none."""
    return candidates if "" in hints else (each for each in candidates if digests.hint(each, salt) in hints)


def _slow(candidates: Iterable[str], sheet: Sheet, cache: InnocentCache) -> Mapping[str, Fingerprint]:
    known = sheet.of(DigestKind.SLOW)
    scope = repr((sheet.salt, sheet.cost, sorted(known)))
    possible = _hinted(candidates, sheet.salt, {each.hint for each in known.values()}) if known else ()
    unknown = [each for each in possible if not cache.innocent(scope, each)]
    if not unknown:
        return {}
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only with slow fingerprints

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # scrypt lets go of the interpreter's lock
        tags = list(pool.map(lambda each: digests.slow(each, sheet.salt, sheet.cost), unknown))
    hits = {each: known[tag] for each, tag in zip(unknown, tags, strict=True) if tag in known}
    cache.remember(scope, (each for each in unknown if each not in hits))
    return hits
