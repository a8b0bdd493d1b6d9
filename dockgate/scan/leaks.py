"""Secrets in an image: every file of every layer, also those that a later layer hides, the history and the settings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.detection import key_formats
from dockgate.detection.provider_keys import PRIVATE_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dockgate.core.secret import Secret
    from dockgate.images.archive import Archive, ArchivedImage

    # Says what it found in some bytes ("private key"), never the value itself.
    Detector = Callable[[bytes], Iterable[str]]

# What follows the first line of a private key in a file that is one: the line alone is in many libraries' sources.
_BODY = re.compile(r"\s+(?:[A-Z][\w-]+: .*\s+)*[A-Za-z0-9+/=]{40}")
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
    """Find credentials by their form, as committed files are searched for them."""
    text = content.decode("latin-1")  # every byte is a character: what stands around a key may be anything
    for key in key_formats.proven(text):
        if not key.hollow and (key.format.provider != PRIVATE_KEY or _BODY.match(text, key.end)):
            yield key.format.kind


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
    yield "settings", json.dumps(image.config.get("config")).encode()
    for digest in image.attestations:
        for layer in archive.document(digest).get("layers") or ():
            yield "attestation", archive.blob(layer["digest"]).read()
    for entry in archive.entries(image):
        if entry.regular and entry.size:
            yield f"layer {entry.layer + 1}: {entry.path}", entry.read()
