"""Secrets in an image: every file of every layer, also those that a later layer hides, the history and the settings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dockgate.core.secret import Secret
    from dockgate.images.archive import Archive, ArchivedImage

    # Says what it found in some bytes ("private key"), never the value itself.
    Detector = Callable[[bytes], Iterable[str]]

# What it must begin with, quick to look for, and what must follow: the header alone is in many libraries' sources.
CREDENTIALS = (
    ("private key", b"PRIVATE KEY-----", rb"\s+[A-Za-z0-9+/=]{40}"),
    ("age identity", b"AGE-SECRET-KEY-1", rb"[A-Z0-9]{58}\b"),
    ("AWS access key", b"AKIA", rb"[A-Z2-7]{16}\b"),
    *(("GitHub token", prefix, rb"[A-Za-z0-9]{36}\b") for prefix in (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_")),
    ("GitLab token", b"glpat-", rb"[A-Za-z0-9_-]{20}\b"),
    ("Stripe live key", b"k_live_", rb"[A-Za-z0-9]{16,}"),
    *(("Slack token", prefix, rb"[0-9]{8,}-[A-Za-z0-9-]{10,}") for prefix in (b"xoxb-", b"xoxp-", b"xoxa-", b"xoxs-")),
)
_COMPILED = tuple((name, literal, re.compile(re.escape(literal) + rest)) for name, literal, rest in CREDENTIALS)
SHORTEST = 8  # characters; chosen: what is shorter occurs by chance in any program


class SecretDetectors(Struct, frozen=True):
    """Detectors for secrets, and a key that changes when what they look for changes; it reveals nothing."""

    detectors: tuple[Detector, ...] = ()
    key: str = ""


class Leak(Struct, frozen=True, order=True):
    """Something secret in an image: what, and where (`layer 2: etc/key`, `history`, `settings`)."""

    place: str
    what: str


def credentials(content: bytes) -> Iterator[str]:
    """Find credentials by their form."""
    for name, literal, pattern in _COMPILED:
        if literal in content and pattern.search(content):
            yield name


def values(secrets: Mapping[str, Secret]) -> Detector:
    """Return a detector for these very secrets, by name; short ones would be found everywhere."""
    known = {name: secret.reveal().encode() for name, secret in secrets.items()}
    sought = {name: value for name, value in known.items() if len(value) >= SHORTEST}

    def detect(content: bytes) -> Iterator[str]:
        return (f"the value of {name}" for name, value in sought.items() if value in content)

    return detect


def find(archive: Archive, image: ArchivedImage, detectors: Iterable[Detector]) -> tuple[Leak, ...]:
    """Search one image."""
    used = tuple(detectors)
    found: set[Leak] = set()
    for place, content in _contents(archive, image):
        found.update(Leak(place, what) for detect in used for what in detect(content))
    return tuple(sorted(found))


def _contents(archive: Archive, image: ArchivedImage) -> Iterator[tuple[str, bytes]]:
    yield "history", "\n".join(image.history).encode()
    yield "settings", json.dumps(image.config.get("config", {})).encode()
    for digest in image.attestations:
        for layer in archive.document(digest).get("layers", ()):
            yield "attestation", archive.blob(layer["digest"]).read()
    for entry in archive.entries(image):
        if entry.regular and entry.size:
            yield f"layer {entry.layer + 1}: {entry.path}", entry.read()
