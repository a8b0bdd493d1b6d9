"""What a release needs from the rest of Dockgate, so that it can be tested without an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class BuiltIn(Struct, frozen=True):
    """The earlier release that built an image which a later one took over as it was."""

    version: str
    commit: str


class Built(Struct, frozen=True):
    """One image as it was built: `reference` is its permanent tag `name:version`, without the digest.

    `built_in` is the earlier release that built it, None where it is this one.
    """

    name: str
    variable: str
    reference: str
    digest: str
    platform_digest: str
    bytes: int
    compressed: int
    built_in: BuiltIn | None = None

    @property
    def pinned(self) -> str:
        """Return the reference with its digest, which is what runs."""
        return f"{self.reference}@{self.digest}"


class Store(Protocol):
    """Where images are: the engine."""

    def digests(self, references: Sequence[str]) -> Mapping[str, str]:
        """Return the digest that each reference has here, empty where it is not here."""

    def save(self, references: Sequence[str], file: Path) -> None:
        """Save images as one OCI layout in a tar."""

    def load(self, file: Path) -> None:
        """Load such a tar."""

    def pull(self, source: str, reference: str) -> None:
        """Pull an image by its digest and give it the tag `reference`, and no other name."""

    def push(self, reference: str, target: str) -> str:
        """Push an image under a name that it has here for no longer; return the digest that the registry has."""

    def remote(self, reference: str, beside: str) -> bytes | None:
        """Return a manifest as its registry has it, None where it has none; `beside` is one that it must have."""


class Work(Protocol):
    """The steps that other parts do; each raises a DockgateError where a release must not go on."""

    def guard(self) -> Mapping[str, Any]:
        """Run every guardrail of every environment and of every file that git tracks."""

    def lint(self) -> Mapping[str, Any]:
        """Run the linters and the unit tests."""

    def images(self) -> Sequence[Built]:
        """Build what is missing of the release's environment, as `inv build` does: platform manifests, not attested."""

    def attest(self, images: Sequence[Built], version: str) -> Sequence[Built]:
        """Build these once more with provenance, under the permanent tag of `version`; the content stays the same."""

    def base(self) -> Mapping[str, str]:
        """Return the base image that the images stand on: `reference`, `digest`, `source`, date of its `lists`."""

    def scan(self, images: Sequence[Built]) -> Sequence[Mapping[str, Any]]:
        """Return the verdict on each image, as `Verdict.as_json`; FindingsError where one blocks."""

    def bills(self, image: Built) -> Mapping[str, str]:
        """Return an image's bills of materials by media type."""

    def rehearse(self, images: Sequence[Built], version: str) -> Mapping[str, Any]:
        """Run the production stack from exactly these digests, smoke-test it and remove it."""

    def budgets(self) -> Mapping[str, Any]:
        """Return the budgets with what is used of each."""

    def tools(self) -> Mapping[str, str]:
        """Return the versions of the tools that build and run."""
