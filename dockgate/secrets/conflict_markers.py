"""Git's conflict markers: the versions that a file with them was merged from."""

from __future__ import annotations

from msgspec import Struct

OURS, BASE, MIDDLE, THEIRS = b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"


class Versions(Struct, frozen=True):
    """What was merged; `base` is empty where it is not known."""

    ours: bytes
    theirs: bytes
    base: bytes = b""


def inside(data: bytes) -> bool:
    """Return whether a file has conflict markers."""
    return any(_marker(line) is OURS for line in data.splitlines())


def versions(data: bytes) -> Versions:
    """Return the versions that a file with markers has; the base only as git's style `diff3` writes it."""
    parts: dict[bytes, list[bytes]] = {OURS: [], BASE: [], THEIRS: []}
    place = None
    for line in data.splitlines(keepends=True):
        marker = _marker(line)
        if marker is None:
            for side in parts if place is None else (place,):
                parts[side].append(line)
        else:
            place = {OURS: OURS, BASE: BASE, MIDDLE: THEIRS, THEIRS: None}[marker]
    based = any(_marker(line) is BASE for line in data.splitlines())
    ours, base, theirs = (b"".join(parts[side]) for side in (OURS, BASE, THEIRS))
    return Versions(ours, theirs, base if based else b"")


def marked(versions: Versions) -> bytes:
    """Return a file that has both versions whole, between markers."""
    ours, theirs = (each if each.endswith(b"\n") else each + b"\n" for each in (versions.ours, versions.theirs))
    return b"%b ours\n%b%b\n%b%b theirs\n" % (OURS, ours, MIDDLE, theirs, THEIRS)


def _marker(line: bytes) -> bytes | None:
    word, _, rest = line.rstrip(b"\r\n").partition(b" ")
    marker = next((each for each in (OURS, BASE, MIDDLE, THEIRS) if word == each), None)
    return None if marker is MIDDLE and rest else marker
