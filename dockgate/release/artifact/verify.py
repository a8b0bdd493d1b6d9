"""Verifies a release with nothing but the public key: signature, digests, attestations, tag, age of the verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.errors import ConfigError, FindingsError, MissingToolError
from dockgate.release import version
from dockgate.release.artifact import attestations, layout, manifest, unsigned
from dockgate.release.signing import ssh
from dockgate.system.git import Git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.release.artifact.manifest import Manifest
    from dockgate.release.protocols import Store

MONTH = 30  # days; chosen: it is only advice to scan again


class Check(Struct, frozen=True):
    """One thing that was checked; `ok` is None where there was nothing here to check."""

    name: str
    ok: bool | None
    detail: str

    def as_json(self) -> Mapping[str, Any]:
        """Return the check as `--json` prints it."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}

    def __str__(self) -> str:
        """Return one line."""
        sign = {True: "ok  ", False: "FAIL", None: "-   "}[self.ok]
        return f"{sign} {self.name}: {self.detail}"


class Verification(Struct, frozen=True):
    """All checks of one release; `engine` has the digests that its tags have there, where it was asked."""

    manifest: Manifest
    checks: tuple[Check, ...]
    engine: Mapping[str, str]

    @property
    def good(self) -> bool:
        """Return whether nothing failed."""
        return all(check.ok is not False for check in self.checks)

    @property
    def first_problem(self) -> str:
        """Return the first thing that failed, empty if nothing did."""
        return next((f"{check.name}: {check.detail}" for check in self.checks if check.ok is False), "")

    def as_json(self) -> Mapping[str, Any]:
        """Return what `releases.verify --json` prints."""
        checks = [check.as_json() for check in self.checks]
        return {"version": self.manifest.version, "commit": self.manifest.commit, "good": self.good, "checks": checks}


def find(project: Project, wanted: str) -> str:
    """Return the version of a release by version, by its manifest's digest or by the digest of one of its images."""
    if not manifest.DIGEST.fullmatch(wanted):
        return str(version.parse(wanted))
    for number in reversed(manifest.listed(project.root)):
        found, data, _ = manifest.load(project.root, number)
        if wanted == manifest.digest(data) or any(wanted in (i.digest, i.platform_digest) for i in found.images):
            return number
    raise ConfigError(f"no release here has {wanted}", fix="inv releases lists them")


def signed(project: Project, number: str, public: str) -> Manifest:
    """Return a release's manifest after its signature was verified; FindingsError when it does not hold."""
    found, data, signature = manifest.load(project.root, number)
    ssh.verify(project, public, data, signature)
    if found.version != number:
        raise FindingsError(f"the manifest of {number} is that of {found.version}", fix="get it again from its source")
    if found.project != project.name:
        raise FindingsError(
            f"release {number} is one of project {found.project}, and this is {project.name}",
            fix="the same key signs several projects: get the release of this one",
        )
    return found


def signed_digests(found: Manifest) -> list[str]:
    """Return the digests that a manifest names: those of its images and of what is attached to them."""
    documents = (digest for image in found.images for digest in image.attestations.values())
    return [*(image.digest for image in found.images), *documents]


def refused(number: str, problem: str) -> FindingsError:
    """Return the error for a release that does not verify."""
    fix = f"do not use it; inv releases.verify {number} shows all checks, {manifest.FOLDER}/{number} is what was signed"
    return FindingsError(f"release {number} does not verify: {problem}", fix=fix)


def verify(project: Project, number: str, public: str, store: Store | None) -> Verification:
    """Check a release; without a `store`, the engine's images are not checked."""
    found = signed(project, number, public)
    held = Check("signature", ok=True, detail=f"{manifest.NAME} by {ssh.fingerprint(public)}")
    there = store.digests([image.tag for image in found.images]) if store else {}
    rest = (
        *_layout(project, found),
        *_unsigned(project, found),
        _tag(project, found),
        _verdict(found),
        *_engine(found, there),
    )
    return Verification(found, (held, *rest), there)


def _layout(project: Project, found: Manifest) -> Iterator[Check]:
    """Check the layout's blobs, then what its provenance says: that of a blob which is not as signed says nothing."""
    folder = manifest.folder(project.root, found.version) / "oci"
    if not folder.is_dir():
        yield Check("layout", ok=None, detail="not here")
        return
    digests = signed_digests(found)
    wrong = [*layout.problems(folder, digests)]
    if wrong:
        yield Check("layout", ok=False, detail="; ".join(wrong[:3]))
        return
    images = len(found.images)
    held = f"{images} images, {len(digests) - images} attestations, every blob as signed"
    yield Check("layout", ok=True, detail=held)
    yield _provenance(folder, found)


def _unsigned(project: Project, found: Manifest) -> Iterator[Check]:
    """Check that the release's folder holds nothing that the manifest does not name, file by file."""
    folder = manifest.folder(project.root, found.version)
    try:
        wrong = [*unsigned.problems(folder, found)]
    except (OSError, ValueError, KeyError, TypeError):  # a signed blob is missing or changed, and reported above
        return
    detail = "; ".join(wrong) if wrong else "nothing that the manifest does not name"
    yield Check("content", ok=not wrong, detail=detail)


def _provenance(folder: Path, found: Manifest) -> Check:
    """Check that each image was built from the release's commit, or from that of the earlier release that it names."""
    wrong: list[str] = []
    for image in found.images:
        commit = image.built_in.commit if image.built_in else found.commit
        wrong += attestations.problems(folder, image, commit)
    if wrong:
        return Check("provenance", ok=False, detail="; ".join(wrong[:3]))
    earlier = [f"{image.name} in {image.built_in.version}" for image in found.images if image.built_in]
    new = f"{_count(len(found.images) - len(earlier), 'image')} built from {found.commit[:12]}"
    return Check("provenance", ok=True, detail=", ".join((new, *earlier)))


def _tag(project: Project, found: Manifest) -> Check:
    name = version.tag(version.parse(found.version))
    try:
        there = Git(project).tagged(name)
    except MissingToolError:
        there = ""
    if not there:
        return Check("tag", ok=None, detail=f"{name} is not here")
    return Check(
        "tag", ok=there == found.commit, detail=f"{name} is {there[:12]}, the manifest says {found.commit[:12]}"
    )


def _verdict(found: Manifest) -> Check:
    verdicts = found.scan.get("verdicts", ())
    dates = [entry["date"] for verdict in verdicts for entry in verdict["lists"]]
    judged = {verdict["digest"] for verdict in verdicts if verdict["passed"]}
    if missing := [image.name for image in found.images if image.digest not in judged]:
        return Check("verdict", ok=False, detail=f"no passing verdict on {', '.join(missing)}")
    if not dates:
        return Check("verdict", ok=None, detail="rests on no Debian lists")
    days = (datetime.now(UTC) - datetime.fromisoformat(max(dates))).days
    if days < -1:
        return Check("verdict", ok=False, detail=f"rests on lists of {max(dates)[:10]}, in the future: check the clock")
    age = f"rests on lists of {max(dates)[:10]}, {_count(max(days, 0), 'day')} old"
    return Check("verdict", ok=True, detail=age + ("; scan again before promoting" if days > MONTH else ""))


def _engine(found: Manifest, there: Mapping[str, str]) -> Iterator[Check]:
    for image in found.images if there else ():
        digest = there[image.tag]
        ok = digest == image.digest if digest else None
        yield Check(f"engine {image.name}", ok=ok, detail=f"{image.tag} is {digest or 'not here'}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
