"""Stores of two branches where git left them: as its driver, and after a merge that stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import age_file, identities, merge_files
from dockgate.secrets import store as secret_store
from dockgate.secrets.conflicts import Side
from dockgate.secrets.fingerprints import fingerprint_file
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.secrets.merge import Merged
from dockgate.secrets.store import Store
from dockgate.system import audit, git_conflict
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dockgate.core.project import Project

SHOWN = "env/prod.secrets.age"


@pytest.fixture
def work(tmp_path: Path) -> Project:
    made = project(tmp_path)
    (tmp_path / "env/schema.toml").write_text("[A]\nsecret = true\n[B]\nsecret = true\n")
    enrolled(made, "prod")
    return made


def version(work: Project, **values: str) -> bytes:
    """Return a store as it is encrypted."""
    path = work.root / SHOWN
    path.unlink(missing_ok=True)
    stored(work, "prod", **values)
    return path.read_bytes()


def versions(work: Project) -> tuple[bytes, bytes, bytes]:
    """Return a base, ours and theirs: A is changed by both, B is new in theirs, C is gone in ours."""
    theirs = {"A": STRONG[::-1], "B": STRONG[1:] + "0"}
    return version(work, A="old", C="c"), version(work, A=STRONG), version(work, **theirs, C="c")


def entries(store: Store) -> dict[str, str]:
    return {name: each.value.reveal() for name, each in store.entries.items()}


def driven(process: Mapping[str, str], paths: Sequence[Path], shown: str) -> Merged:
    base, ours, theirs = paths
    return merge_files.driven(process, base, ours, theirs, shown)


def refused(work: Project) -> str:
    with pytest.raises(ConfigError) as caught:
        merge_files.unfinished(work, work.environment("prod"))
    return str(caught.value)


@pytest.mark.parametrize("shown", [SHOWN, "env/other.age"])
def test_the_driver_writes_what_both_changed(work: Project, tmp_path: Path, shown: str) -> None:
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, data in zip(paths, (b"", version(work, A=STRONG), version(work, B="b")), strict=True):
        path.write_bytes(data)
    made = driven(work.process, paths, shown)
    public = identities.load(work.process)[0].public
    assert (made.taken, {*made.recipients}) == (("B",), {public})
    assert (entries(made.store), made.store.shown) == ({"A": STRONG, "B": "b"}, shown)
    found = secret_store.read(age_file.read(paths[1], shown, identities.load(work.process)), shown)
    assert (entries(found), {*found.recipients}) == ({"A": STRONG, "B": "b"}, {public})


def test_the_driver_merges_fingerprints_by_name(tmp_path: Path) -> None:
    """In a file that no longer has conflict markers, with the mode that git gives it."""

    def text(*tags: str) -> str:
        prints = tuple(Fingerprint("prod", f"N{tag}", DigestKind.FAST, tag * 32) for tag in tags)
        return fingerprint_file.text(Fingerprints((Sheet("prod", b"s" * 32, prints=prints),)))

    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, tags in zip(paths, ("a", "ab", "ac"), strict=True):
        path.write_text(text(*tags))
    made = driven({}, paths, "env/fingerprints.toml")
    assert made == Merged(Store(shown="env/fingerprints.toml"), (), frozenset())
    assert paths[1].read_text() == text("a", "b", "c")
    assert paths[1].stat().st_mode & 0o777 == 0o644


def test_what_the_driver_cannot_merge_has_both_versions(work: Project, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, data in zip(paths, (b"", b"mine", b"yours"), strict=True):
        path.write_bytes(data)
    with pytest.raises(ConfigError, match=r"x\.age: is damaged"):
        driven(work.process, paths, "x.age")
    assert paths[1].read_bytes() == b"<<<<<<< ours\nmine\n=======\nyours\n>>>>>>> theirs\n"
    assert paths[1].stat().st_mode & 0o777 == 0o644


def test_a_store_that_does_not_say_who_opens_it_is_not_written(work: Project, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    public = identities.load(work.process)[0].public
    for path, text in zip(paths, (b"A='a'\n", b"A='a'\n", b"A='b'\n"), strict=True):
        age_file.write(path, text, [public])
    with pytest.raises(ConfigError) as caught:
        driven(work.process, paths, "x.age")
    fix = "inv secrets.edit on either branch writes it anew"
    assert str(caught.value) == f"does not say who can open it\n  → {fix}"


@pytest.mark.parametrize("left", ["ours", "theirs", "nothing", "markers"])
def test_gits_index_has_the_versions(work: Project, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    """Whatever it left of the file; a base that it lacks is empty."""
    base, ours, theirs = versions(work)
    markers = b"<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n"
    (work.root / SHOWN).write_bytes({"ours": ours, "theirs": theirs, "nothing": b"", "markers": markers}[left])
    asked = []

    def stages(_project: Project, path: str) -> git_conflict.Stages:
        asked.append(path)
        return git_conflict.Stages(base if len(asked) == 1 else None, ours, theirs)

    monkeypatch.setattr(git_conflict, "stages", stages)
    for taken in (("B",), ("B", "C")):
        merged = merge_files.unfinished(work, work.environment("prod"))
        assert merged
        assert (merged.taken, [*merged.store.conflicts], merged.store.shown) == (taken, ["A"], SHOWN)
    assert asked == [SHOWN, SHOWN]
    if left == "nothing":
        (work.root / SHOWN).unlink()
        assert merge_files.unfinished(work, work.environment("prod"))


@pytest.mark.parametrize("sides", [(None, b"x"), (b"x", None)])
def test_a_store_that_one_branch_removed_is_a_decision(
    work: Project, monkeypatch: pytest.MonkeyPatch, sides: tuple[bytes | None, bytes | None]
) -> None:
    monkeypatch.setattr(git_conflict, "stages", lambda _project, _path: git_conflict.Stages(None, *sides))
    fix = f"git add {SHOWN} keeps the file, git rm {SHOWN} removes it"
    assert refused(work) == f"{SHOWN}: was removed by one of the branches\n  → {fix}"


def test_conflict_markers_have_the_versions_where_git_has_none(work: Project) -> None:
    """And a store that was edited since is none of git's versions."""
    _, ours, theirs = versions(work)
    (work.root / SHOWN).write_bytes(b"<<<<<<< ours\n" + ours + b"=======\n" + theirs + b">>>>>>> theirs\n")
    merged = merge_files.unfinished(work, work.environment("prod"))
    assert merged
    assert (merged.taken, [*merged.store.conflicts]) == (("B", "C"), ["A"])


def test_a_store_that_is_whole_is_no_merge(work: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one that is not there; one that keeps two values of a secret is one."""
    prod = work.environment("prod")
    assert merge_files.unfinished(work, prod) is None
    base, ours, theirs = versions(work)
    edited = version(work, A="edited")
    monkeypatch.setattr(git_conflict, "stages", lambda _project, _path: git_conflict.Stages(base, ours, theirs))
    assert (work.root / SHOWN).read_bytes() == edited
    assert merge_files.unfinished(work, prod) is None


def test_a_merge_is_finished_by_its_last_choice(work: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then the store keeps both values, and its fingerprints stay."""
    base, ours, theirs = versions(work)
    prod = work.environment("prod")
    monkeypatch.setattr(git_conflict, "stages", lambda _project, _path: git_conflict.Stages(base, ours, theirs))
    (work.root / SHOWN).write_bytes(ours)
    first = merge_files.unfinished(work, prod)
    assert first
    public = identities.load(work.process)[0].public
    done = merge_files.finish(work, prod, first, {})
    assert (done.taken, {*done.recipients}, [*done.store.conflicts]) == (("B",), {public}, ["A"])
    assert not (work.root / "env/fingerprints.toml").exists()
    with pytest.raises(ConfigError) as caught:
        secret_store.load(work, prod)
    assert caught.value.fix == "inv secrets.merge --env=prod --ours=A or --theirs=A"
    monkeypatch.setattr(git_conflict, "stages", lambda _project, _path: None)
    kept = merge_files.unfinished(work, prod)
    assert kept == Merged(done.store, (), frozenset({public}))
    chosen = merge_files.finish(work, prod, kept, {"A": Side.THEIRS})
    values = {"A": STRONG[::-1], "B": STRONG[1:] + "0"}
    assert entries(chosen.store) == values
    found = secret_store.load(work, prod)
    assert found
    assert entries(found) == values
    assert "A" in (work.root / "env/fingerprints.toml").read_text()
    assert [(each["action"], each["names"]) for each in audit.lines(work)] == [("secrets.merge", "A")]
