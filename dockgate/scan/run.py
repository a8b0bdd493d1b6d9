"""Scans images: saves each, reads it, asks the sources, and hands the facts to the verdict."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dockgate import execute
from dockgate.scan import advisories, apt, archive, external, index, inventory, leaks, lists, python
from dockgate.scan.verdict import Behind, Facts, Lists, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockgate.project import Project
    from dockgate.scan.external import Report
    from dockgate.scan.inventory import Inventory
    from dockgate.scan.leaks import Detector, Leak
    from dockgate.scan.lists import Candidate
    from dockgate.scan.python import Judgement

SUITE = "trixie"


@dataclass(frozen=True, slots=True)
class Named:
    """An image to scan: what we call it, and a reference that the engine has."""

    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`[tool.dockgate.scan]`: how old lists may be, and a folder of OSV documents (in the project, or absolute)."""

    max_age: timedelta
    advisories: str


@dataclass(frozen=True, slots=True)
class Content:
    """What was read out of one saved image."""

    name: str
    digest: str
    architecture: str
    inventory: Inventory
    reports: tuple[Report, ...]
    leaks: tuple[Leak, ...]


@dataclass(frozen=True, slots=True)
class _Debian:
    root: apt.Root
    lists: Lists
    newest: Mapping[str, Candidate]


def settings(project: Project) -> Settings:
    """Read `[tool.dockgate.scan]`."""
    table = project.table("scan")
    read = Settings(timedelta(days=table.integer("max-age-days", 7)), table.string("advisories"))
    table.done()
    return read


def scan(project: Project, images: Sequence[Named], detectors: Iterable[Detector]) -> tuple[Verdict, ...]:
    """Return a verdict for each image; `detectors` look for secrets beside the credentials known by their form."""
    used = (leaks.credentials, *detectors)
    contents = [content(project, image, used) for image in images]
    chosen = settings(project)
    suites = {(each.inventory.codename or SUITE, each.architecture) for each in contents if each.inventory.debian}
    debian = {suite: _lists(project, suite, contents, chosen.max_age) for suite in sorted(suites)}
    judged = _python(project, chosen, [package for each in contents for package in each.inventory.python])
    return tuple(judge(_facts(each, debian, judged)) for each in contents)


def content(project: Project, image: Named, detectors: Iterable[Detector]) -> Content:
    """Save one image and read it; nothing is started."""
    folder = project.state / "scan"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        file = Path(place) / "image.tar"
        execute.run(archive.save(project, [image.reference], file))
        with archive.Archive(file) as opened:
            found = opened.images()[0]
            return Content(
                image.name,
                found.digest,
                found.architecture,
                inventory.read(opened.files(found, inventory.wanted)),
                external.run(project, file),
                leaks.find(opened, found, detectors),
            )


def _lists(project: Project, suite: tuple[str, str], contents: Iterable[Content], max_age: timedelta) -> _Debian:
    root = apt.root(project, *suite)
    releases = root.releases()
    names = {package.name for each in contents for package in each.inventory.debian or ()}
    stale = lists.stale(releases, datetime.now(UTC), max_age)
    return _Debian(root, Lists(releases, stale), lists.newest(root.packages(), names))


def _python(
    project: Project, chosen: Settings, packages: Sequence[inventory.PythonPackage]
) -> Mapping[tuple[str, str], Judgement]:
    answers = [index.ask(packages, project.process), advisories.ask(project, packages)]
    if chosen.advisories:
        answers.append(advisories.read_folder(project.root / chosen.advisories, packages))
    return {(each.package.name, each.package.version): each for each in python.judge(packages, answers)}


def _facts(
    each: Content, debian: Mapping[tuple[str, str], _Debian], judged: Mapping[tuple[str, str], Judgement]
) -> Facts:
    known = debian.get((each.inventory.codename or SUITE, each.architecture))
    return Facts(
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
        if package.name not in known.newest or lists.behind(known.newest[package.name].version, package.version)
    )


def _behind(found: Inventory, known: _Debian) -> tuple[Behind, ...]:
    old = [
        (package, candidate)
        for package in found.debian or ()
        if (candidate := known.newest.get(package.name)) and lists.behind(package.version, candidate.version)
    ]
    cves: dict[tuple[str, str], tuple[str, ...] | None] = {}
    for package, candidate in old:
        key = (package.source, package.source_version)
        if key not in cves:
            binaries = [other.name for other, _ in old if other.source == package.source]
            cves[key] = apt.cves(known.root, package.source, binaries, candidate.version, package.source_version)
    return tuple(Behind(package, candidate, cves[package.source, package.source_version]) for package, candidate in old)
