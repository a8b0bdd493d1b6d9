"""Fingerprints of two branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets.conflict_markers import Versions
from dockgate.secrets.fingerprints import fingerprint_file, merge
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.system import git_conflict
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

SALT = b"s" * 32


def version(*tags: str, salt: bytes = SALT, environment: str = "prod") -> Fingerprints:
    """Return a file with a fingerprint for each tag."""
    prints = (Fingerprint(environment, f"NAME_{tag}", DigestKind.FAST, tag * 32) for tag in tags)
    return Fingerprints((Sheet(environment, salt, prints=tuple(prints)),))


def merged(*versions: Fingerprints) -> set[str]:
    ours, theirs, base = (fingerprint_file.text(each).encode() for each in versions)
    return {each.name.removeprefix("NAME_") for each in merge.merge(Versions(ours, theirs, base))}


def test_what_either_branch_changed_is_there() -> None:
    """Added by either, removed by either."""
    assert merged(version("a", "b", "d"), version("a", "c", "e"), version("a", "b", "c")) == {"a", "d", "e"}


def test_under_another_salt_ours_stay_and_another_environment_is_added() -> None:
    """A digest under another salt would recognise nothing."""
    theirs = Fingerprints((*version("b", salt=b"t" * 32).sheets, *version("c", environment="staging").sheets))
    assert merged(version("a"), theirs, Fingerprints()) == {"a", "c"}


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        merge.merge(Versions(b"\xff", b""))
    assert str(caught.value) == "env/fingerprints.toml: is not UTF-8"


def conflicted(tmp_path: Path, stages: git_conflict.Stages | None, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project whose file of fingerprints git left in pieces."""
    lines = (fingerprint_file.text(version(each)).splitlines() for each in "ab")
    ours, theirs = ("\n".join(each) for each in lines)
    place = tmp_path / fingerprint_file.FILE
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"<<<<<<< ours\n{ours}\n=======\n{theirs}\n>>>>>>> theirs\n", encoding="utf-8")
    monkeypatch.setattr(git_conflict, "stages", lambda _project, _path: stages)
    return projects.make(tmp_path)


def names(project: Project) -> set[str]:
    """Return the names in the file."""
    known = fingerprint_file.parse((project.root / fingerprint_file.FILE).read_text(encoding="utf-8"))
    return {each.name for each in known.only("prod")}


@pytest.mark.parametrize("sides", [None, "no ours", "no theirs", "both", "all"])
def test_what_git_left_in_pieces_is_whole_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sides: str | None
) -> None:
    """From git's index where it has both sides, else from the pieces."""
    c, d, e = (fingerprint_file.text(version(each)).encode() for each in "cde")
    known = {
        None: None,
        "no ours": git_conflict.Stages(e, None, d),
        "no theirs": git_conflict.Stages(e, c, None),
        "both": git_conflict.Stages(None, c, d),
        "all": git_conflict.Stages(d, c, d),
    }
    project = conflicted(tmp_path, known[sides], monkeypatch)
    assert merge.repair(project)
    chosen = {"both": {"NAME_c", "NAME_d"}, "all": {"NAME_c"}}
    assert names(project) == chosen.get(sides or "", {"NAME_a", "NAME_b"})
    assert not merge.repair(project), "there is nothing left to repair"


def test_without_a_file_there_is_nothing_to_repair(tmp_path: Path) -> None:
    assert not merge.repair(projects.make(tmp_path))
