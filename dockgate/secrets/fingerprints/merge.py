"""A three-way merge of the file of fingerprints: what either branch has, without what one of them removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.errors import ConfigError
from dockgate.core.location import Location
from dockgate.secrets import conflict_markers
from dockgate.secrets.conflict_markers import Versions
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.fingerprint_file import FILE, Fingerprints
from dockgate.system import git_conflict, regular_file

if TYPE_CHECKING:
    from dockgate.core.project import Project
    from dockgate.secrets.fingerprints.fingerprint_file import Sheet


def merge(versions: Versions) -> Fingerprints:
    """Merge two versions of the file.

    Under another salt, fingerprints cannot be compared: then those of ours stay, and writing them anew adds the rest.
    """
    base, ours, theirs = (_parsed(each) for each in (versions.base, versions.ours, versions.theirs))
    known = ours
    for sheet in theirs.sheets:
        known = _with(known, sheet, {*base})
    return known


def repair(project: Project) -> bool:
    """Merge the file where git left conflict markers in it; return whether it did."""
    try:
        data = regular_file.read(project.root / FILE)
    except OSError:
        return False  # there is none, or reading it says what is wrong
    if not conflict_markers.inside(data):
        return False
    stages = git_conflict.stages(project, FILE)
    if stages and stages.ours is not None and stages.theirs is not None:
        versions = Versions(stages.ours, stages.theirs, stages.base or b"")
    else:
        versions = conflict_markers.versions(data)
    fingerprint_match.save(project.root, merge(versions))
    return True


def _parsed(data: bytes) -> Fingerprints:
    try:
        return fingerprint_file.parse(data.decode()) if data else Fingerprints()
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8", where=Location(FILE)) from error


def _with(known: Fingerprints, sheet: Sheet, before: set[fingerprint_file.Fingerprint]) -> Fingerprints:
    mine = next((each for each in known.sheets if each.environment == sheet.environment), None)
    if mine is None:
        return Fingerprints((*known.sheets, sheet))
    if mine.salt != sheet.salt:
        return known
    ours, theirs = {*mine.prints}, {*sheet.prints}
    return known.with_prints(mine, tuple((ours | theirs) - (before - ours) - (before - theirs)))
