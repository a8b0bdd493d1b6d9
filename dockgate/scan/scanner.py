"""Scans images: saves each, reads it, asks the sources, and hands the facts to the verdict."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.images import archive
from dockgate.scan import advisories, apt, debian_lists, external, inventory, inventory_cache, leaks, python_packages
from dockgate.scan.verdict import Lists, OutdatedPackage, ScanFacts, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockgate.core.project import Project
    from dockgate.scan.debian_lists import Candidate
    from dockgate.scan.external import ScannerReport
    from dockgate.scan.inventory import Inventory
    from dockgate.scan.leaks import Leak, SecretDetectors
    from dockgate.scan.python_packages import Judgement

SUITE = "trixie"
THREADS = 4  # chosen: images are saved by the engine meanwhile, which shares the processors
MAX_AGE_DAYS = 7  # as long as Debian\'s security lists are valid (their Valid-Until)


class ImageReference(Struct, frozen=True):
    """An image to scan: what we call it, and a reference that the engine has."""

    name: str
    reference: str


class ScanSettings(Struct, frozen=True):
    """`[tool.dockgate.scan]`: how old lists may be, and a folder of OSV documents (in the project, or absolute)."""

    max_age: timedelta
    advisories: str


class Content(Struct, frozen=True):
    """What was read out of one saved image; `created` as its configuration says, may be empty."""

    name: str
    digest: str
    architecture: str
    created: str
    inventory: Inventory
    reports: tuple[ScannerReport, ...]
    leaks: tuple[Leak, ...]


class _Debian(Struct, frozen=True):
    root: apt.Root
    lists: Lists
    newest: Mapping[str, Candidate]


def settings(project: Project) -> ScanSettings:
    """Read `[tool.dockgate.scan]`."""
    table = project.table("scan")
    read = ScanSettings(timedelta(days=table.integer("max-age-days", MAX_AGE_DAYS)), table.string("advisories"))
    table.done()
    return read


def scan(project: Project, images: Sequence[ImageReference], sought: SecretDetectors) -> tuple[Verdict, ...]:
    """Return a verdict for each image; `sought` are secrets to look for beside credentials known by their form."""
    with ThreadPoolExecutor(THREADS) as pool:  # the engine saves and the decompressor works outside of Python
        contents = [*pool.map(lambda image: content(project, image, sought), images)]
    chosen = settings(project)
    suites = {(each.inventory.codename or SUITE, each.architecture) for each in contents if each.inventory.debian}
    debian = {suite: _lists(project, suite, contents, chosen.max_age) for suite in sorted(suites)}
    judged = _python(project, chosen, [package for each in contents for package in each.inventory.python])
    return tuple(judge(_facts(each, debian, judged)) for each in contents)


def content(project: Project, image: ImageReference, sought: SecretDetectors) -> Content:
    """Return what is in an image, as kept or by reading it; nothing is started."""
    scanners = external.installed(project)
    pinned = image.reference.partition("@")[2]
    if pinned and not scanners and (known := inventory_cache.read(project, pinned, sought.key)):
        return Content(image.name, known.digest, known.architecture, known.created, known.inventory, (), known.leaks)
    with archive.saved(project, image.reference) as (opened, path):
        found = opened.images()[0]
        read = inventory.read(opened.files(found, inventory.wanted))
        leaked = leaks.find(opened, found, (leaks.credentials, *sought.detectors))
        reports = external.run(project, scanners, path)
    created = str(found.config.get("created", ""))
    made = inventory_cache.ScanCacheEntry(found.digest, found.architecture, created, read, leaked)
    inventory_cache.write(project, sought.key, made)
    return Content(image.name, found.digest, found.architecture, created, read, reports, leaked)


def _lists(project: Project, suite: tuple[str, str], contents: Iterable[Content], max_age: timedelta) -> _Debian:
    root = apt.root(project, *suite)
    releases = root.releases()
    names = {package.name for each in contents for package in each.inventory.debian or ()}
    packages = root.packages()
    refused = (
        *debian_lists.missing(suite[0], releases, packages),
        *debian_lists.stale(releases, datetime.now(UTC), max_age),
    )
    return _Debian(root, Lists(releases, refused), debian_lists.newest(packages, names))


def _python(
    project: Project, chosen: ScanSettings, packages: Sequence[inventory.PythonPackage]
) -> Mapping[tuple[str, str], Judgement]:
    answers = [advisories.ask(project, packages)]
    if chosen.advisories:
        answers.append(advisories.read_folder(project.root / chosen.advisories, packages))
    return {(each.package.name, each.package.version): each for each in python_packages.judge(packages, answers)}


def _facts(
    each: Content, debian: Mapping[tuple[str, str], _Debian], judged: Mapping[tuple[str, str], Judgement]
) -> ScanFacts:
    known = debian.get((each.inventory.codename or SUITE, each.architecture))
    return ScanFacts(
        name=each.name,
        digest=each.digest,
        inventory=each.inventory,
        lists=known.lists if known else None,
        behind=_behind(each.inventory, known) if known else (),
        unlisted=_unlisted(each.inventory, known) if known else (),
        python=tuple(judged[package.name, package.version] for package in each.inventory.python),
        reports=each.reports,
        leaks=each.leaks,
    )


def _unlisted(found: Inventory, known: _Debian) -> tuple[inventory.DebianPackage, ...]:
    return tuple(
        package
        for package in found.debian or ()
        if package.name not in known.newest or debian_lists.behind(known.newest[package.name].version, package.version)
    )


def _behind(found: Inventory, known: _Debian) -> tuple[OutdatedPackage, ...]:
    old = [
        (package, candidate)
        for package in found.debian or ()
        if (candidate := known.newest.get(package.name)) and debian_lists.behind(package.version, candidate.version)
    ]
    cves: dict[tuple[str, str], tuple[str, ...] | None] = {}
    for package, candidate in old:
        key = (package.source, package.source_version)
        if key not in cves:
            binaries = [other.name for other, _ in old if other.source == package.source]
            cves[key] = apt.cves(known.root, package.source, binaries, candidate.version, package.source_version)
    return tuple(
        OutdatedPackage(package, candidate, cves[package.source, package.source_version]) for package, candidate in old
    )
