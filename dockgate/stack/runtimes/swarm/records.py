"""What was deployed, kept on the swarm itself: the audit trail, and what a failure returns to."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from dockgate.core import labels
from dockgate.engine import swarm as api

if TYPE_CHECKING:
    from dockgate.engine.swarm import Swarm

KEPT = 20  # records, chosen: as many as there are versions to go back to
RECORD, GOOD = f"{labels.PREFIX}record", f"{labels.PREFIX}good"
Specs = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")


class Kept(Struct, frozen=True):
    """Specifications by the name of their service, and since when they are good."""

    at: str
    specs: Specs


class Record(Struct, frozen=True):
    """One change of a stack: when, who, what, and how it ended."""

    at: str
    by: str
    action: str
    result: str
    version: str = ""
    why: str = ""


def listed(swarm: Swarm, project: str) -> list[Record]:
    """Return the records, newest first; one that cannot be read is left out."""
    found = [record for _, record in _read(swarm, f"{RECORD}={project}", Record)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def write(swarm: Swarm, project: str, record: Record) -> None:
    """Keep a record; the oldest ones go."""
    _create(swarm, f"{project}.record", msgspec.json.encode(record), {RECORD: project})
    there = sorted(_read(swarm, f"{RECORD}={project}", Record), key=lambda each: each[1].at, reverse=True)
    for ident, _ in there[KEPT:]:
        swarm.remove("configs", ident)


def good(swarm: Swarm, project: str) -> Specs:
    """Return the specifications that ran when everything was last as it should be, by name; none where none ever did.

    After an operator was killed, what runs is half of one release and half of another: no failure returns to that.
    """
    there = _read(swarm, f"{GOOD}={project}", Kept)
    return max((kept for _, kept in there), key=lambda each: each.at).specs if there else {}


def keep(swarm: Swarm, project: str, specs: Specs) -> None:
    """Keep the specifications that run now, instead of those before."""
    before = [ident for ident, _ in _read(swarm, f"{GOOD}={project}", Kept)]
    _create(swarm, f"{project}.good", msgspec.json.encode(Kept(now(), specs)), {GOOD: project})
    for ident in before:
        swarm.remove("configs", ident)


def forget(swarm: Swarm, project: str) -> None:
    """Remove what a stack that is gone would return to; its records stay."""
    for ident, _ in _read(swarm, f"{GOOD}={project}", Kept):
        swarm.remove("configs", ident)


def now() -> str:
    """Return the time of a record."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _create(swarm: Swarm, prefix: str, data: bytes, label: Mapping[str, str]) -> None:
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    swarm.create("configs", api.blob(f"{prefix[: 62 - len(moment)]}-{moment}", data, label))


def _read(swarm: Swarm, label: str, kind: type[T]) -> list[tuple[str, T]]:
    found = []
    for each in swarm.listed("configs", label):
        try:
            data = base64.b64decode(each["Spec"].get("Data") or "")
            found.append((str(each["ID"]), msgspec.json.decode(data, type=kind)))
        except (ValueError, msgspec.MsgspecError):
            continue
    return found
