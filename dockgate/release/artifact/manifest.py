"""The release manifest: everything that a release is, in one signed JSON document."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping  # noqa: TC003 - the decoder reads the types of fields
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, to_builtins

from dockgate.core.errors import ConfigError, FindingsError
from dockgate.core.location import Location
from dockgate.release import version as versions
from dockgate.release.protocols import BuiltIn  # noqa: TC001 - as above
from dockgate.system import regular_file

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1  # of manifest.json; a reader refuses one that it does not know
FOLDER = "releases"
NAME = "manifest.json"
SIGNATURE = "manifest.json.sig"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SLSA = "1 (provenance exists and is authenticated; the builder is not a hosted service)"


class ReleasedImage(Struct, frozen=True, forbid_unknown_fields=True):
    """One image of a release: `variable` names it in Compose, `reference` is its permanent tag with its digest.

    `built_in` is None where the release itself built it.
    """

    name: str
    variable: str
    reference: str
    digest: str
    platform_digest: str
    bytes: int
    compressed: int
    attestations: Mapping[str, str]
    built_in: BuiltIn | None = None

    @property
    def tag(self) -> str:
        """Return the reference without the digest."""
        return self.reference.partition("@")[0]

    @property
    def pushed(self) -> str:
        """Return its name below the registry that it was pushed to."""
        return self.tag.rpartition(":")[0]


class Migration(Struct, frozen=True, forbid_unknown_fields=True):
    """One database migration; a destructive one cannot be gone below."""

    name: str
    destructive: bool


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """A release. `base` is what its images stand on, `scan` has the verdicts, `published` where the images went."""

    project: str
    version: str
    commit: str
    created: str
    images: tuple[ReleasedImage, ...]
    migrations: tuple[Migration, ...]
    base: Mapping[str, str]
    locks: Mapping[str, str]
    tools: Mapping[str, str]
    budgets: Mapping[str, Any]
    scan: Mapping[str, Any]
    rehearsal: Mapping[str, Any]
    published: Mapping[str, Any]
    key: str
    slsa: str = SLSA
    schema: int = SCHEMA

    def data(self) -> bytes:
        """Return the bytes that are signed: sorted, so that the same release is the same bytes."""
        fields = to_builtins(self)
        for image in fields["images"]:
            if image["built_in"] is None:  # releases that were signed before there was this field stay what they are
                del image["built_in"]
        return (json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @property
    def digest(self) -> str:
        """Return the digest of these bytes, the release's identity."""
        return digest(self.data())

    def variables(self) -> dict[str, str]:
        """Return what Compose gets: each image's variable with its pinned reference."""
        return {image.variable: image.reference for image in self.images}

    def in_registry(self) -> dict[str, str]:
        """Return the same by the names under which a registry has them, nothing where none does."""
        registry = self.published.get("registry")
        return {each.variable: f"{registry}/{each.pushed}@{each.digest}" for each in self.images} if registry else {}


def digest(data: bytes) -> str:
    """Return `sha256:…` of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def folder(root: Path, version: str) -> Path:
    """Return the folder of a release; ConfigError for what is not a version, and could be any path."""
    return root / FOLDER / str(versions.parse(version))


def message(version: str) -> str:
    """Return the message of the commit that brings a release's manifest, on top of its version commit."""
    return f"Manifest of release {version}"


def parse(data: bytes, where: str) -> Manifest:
    """Read a manifest; FindingsError for one that is not what Dockgate writes."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise FindingsError(f"is not a release manifest: {error}", where=Location(where)) from error
    if manifest.schema != SCHEMA:
        raise FindingsError(f"has schema {manifest.schema}; this Dockgate knows {SCHEMA}", where=Location(where))
    for image in manifest.images:
        if not DIGEST.fullmatch(image.digest) or not image.reference.endswith(f"@{image.digest}"):
            raise FindingsError(f"{image.name} is not pinned by its digest", where=Location(where))
    return manifest


def load(root: Path, version: str) -> tuple[Manifest, bytes, str]:
    """Return a release's manifest, its bytes and its signature; ConfigError where there is no such release."""
    place = folder(root, version)
    shown = f"{FOLDER}/{place.name}"
    try:
        data = regular_file.read(place / NAME)
    except FileNotFoundError:
        known = ", ".join(listed(root)) or "none yet"
        raise ConfigError(f"there is no release {version} here", fix=f"inv releases lists them: {known}") from None
    try:
        signature = regular_file.text(place / SIGNATURE)
    except OSError as error:
        raise FindingsError(
            "is not signed: unsigned releases do not exist", where=Location(f"{shown}/{NAME}")
        ) from error
    return parse(data, f"{shown}/{NAME}"), data, signature


def listed(root: Path) -> tuple[str, ...]:
    """Return the versions that have a manifest here, oldest first."""
    names = [file.parent.name for file in (root / FOLDER).glob(f"*/{NAME}") if versions.valid(file.parent.name)]
    return tuple(map(str, sorted(map(versions.parse, names))))
