"""Debian's package lists: how fresh they are, what is newest in them, and which CVEs lie between two versions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# A clock may differ this much from the archive's before a list counts as one from the future.
SKEW = timedelta(hours=1)
CVE = re.compile(r"CVE-\d{4}-\d{4,}")
ENTRY = re.compile(r"^\S+ \(([^)\s]+)\) ", re.MULTILINE)


class Release(Struct, frozen=True):
    """What a signed InRelease file says of its lists; only a suite that expires is republished all the time."""

    codename: str
    date: datetime
    valid_until: datetime | None

    def __str__(self) -> str:
        """Return the list's name and dates."""
        until = f", valid until {self.valid_until:%Y-%m-%d}" if self.valid_until else ""
        return f"{self.codename} of {self.date:%Y-%m-%d}{until}"


class Candidate(Struct, frozen=True):
    """The newest version of a package over all lists."""

    name: str
    version: str
    codename: str


def release(text: str) -> Release:
    """Parse an InRelease file; ConfigError when it does not say when it was made."""
    body = text.partition("Hash: ")[2].partition("\n\n")[2] or text
    fields = HeaderParser().parsestr(body.partition("\nMD5Sum:")[0].partition("\nSHA256:")[0])
    if not fields.get("Date"):
        raise ConfigError("a package list has no date", fix="the mirror is broken: use another one")
    until = fields.get("Valid-Until")
    return Release(
        codename=fields.get("Codename", ""),
        date=_date(fields["Date"]),
        valid_until=_date(until) if until else None,
    )


def _date(text: str) -> datetime:
    date = parsedate_to_datetime(text.strip())
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def stale(releases: Iterable[Release], now: datetime, max_age: timedelta) -> tuple[str, ...]:
    """Return why these lists must not be judged by; empty when they may.

    The age counts for lists with a Valid-Until: a stable suite itself only changes with a point release.
    """
    reasons = []
    for each in releases:
        if each.date > now + SKEW:
            reasons.append(f"{each} is dated in the future: check the clock and the mirror")
        elif each.valid_until and each.valid_until < now:
            reasons.append(f"{each} has expired")
        elif each.valid_until and now - each.date > max_age:
            reasons.append(f"{each} is older than {max_age.days} days")
    return tuple(reasons)


def missing(codename: str, releases: Iterable[Release], packages: Collection[str]) -> tuple[str, ...]:
    """Return why the lists of a suite are not whole; `packages` are the codenames that have a list of packages.

    Fixes are in all three together: one that did not come would make what it fixes look clean.
    """
    here = {each.codename for each in releases}
    parts = (codename, f"{codename}-updates", f"{codename}-security")
    return tuple(f"{part} is missing" for part in parts if part not in here or part not in packages)


def newest(lists: Mapping[str, Iterable[bytes]], names: Collection[str]) -> dict[str, Candidate]:
    """Return the newest version of each named package; `lists` are Packages files by codename."""
    from debian_inspector.version import Version  # noqa: PLC0415 - only for a scan

    keys = {name.encode() for name in names}
    best: dict[str, Candidate] = {}
    for codename, contents in lists.items():
        for content in contents:
            for name, version in _versions(content, keys):
                known = best.get(name)
                if known is None or Version.from_string(version) > Version.from_string(known.version):
                    best[name] = Candidate(name, version, codename)
    return best


def _versions(content: bytes, keys: Collection[bytes]) -> Iterable[tuple[str, str]]:
    for stanza in content.split(b"\n\n"):
        first, _, rest = stanza.partition(b"\n")
        if not first.startswith(b"Package: ") or first[9:] not in keys:
            continue
        for line in rest.split(b"\n"):
            if line.startswith(b"Version: "):
                yield first[9:].decode(), line[9:].decode()
                break


def behind(installed: str, candidate: str) -> bool:
    """Return whether an installed version is older than the candidate, by dpkg's rules."""
    from debian_inspector.version import Version  # noqa: PLC0415 - only for a scan

    return bool(Version.from_string(installed) < Version.from_string(candidate))


def fixed(changelog: str, installed: str) -> tuple[str, ...]:
    """Return the CVE ids that a source's changelog names in its entries above the installed version."""
    ids: set[str] = set()
    starts = [*ENTRY.finditer(changelog)]
    for start, end in zip(starts, [*(match.start() for match in starts[1:]), len(changelog)], strict=True):
        if behind(installed, start[1]):
            ids.update(CVE.findall(changelog, start.end(), end))
    return tuple(sorted(ids))
