"""A release that was interrupted: it goes on, begins anew, or says why neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.release.artifact import manifest
from dockgate.release.pipeline import abandon, journal, release_context, run, steps
from dockgate.release.pipeline.run import ReleaseRequest
from tests.unit.release import releasing
from tests.unit.release.pipeline.shop import STEPS, Killed, Shop
from tests.unit.release.releasing import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def test_scan_findings_stop_the_release_and_it_goes_on_when_they_are_gone(shop: Shop) -> None:
    """Scan findings stop the release and it goes on when they are gone."""
    shop.work.blocked = True
    with pytest.raises(FindingsError, match="behind"):
        shop.release()
    shop.work.blocked = False
    assert [step.outcome for step in shop.release().steps][:5] == ["resumed"] * 4 + ["done"]
    assert shop.work.calls.count("build") == 1


def test_registry_that_dies_in_the_push_leaves_a_release_to_go_on_with(shop: Shop) -> None:
    """Registry that dies in the push leaves a release to go on with."""
    shop.store.refuse_push = True
    wish = ReleaseRequest(registry="localhost:5000")
    with pytest.raises(ToolFailedError):
        shop.release(wish)
    shop.store.refuse_push = False
    shop.release(wish)
    images = {name for name in shop.store.pushed if ":sha256-" not in name}
    assert images == {"localhost:5000/shop/api:0.1.1", "localhost:5000/shop/postgres:0.1.1"}
    assert manifest.load(shop.root, "0.1.1")[0].published == {"kind": "registry", "registry": "localhost:5000"}


@pytest.mark.parametrize("named", [True, False])
def test_a_release_goes_on_to_the_registry_that_it_was_begun_for(shop: Shop, named: object) -> None:
    """Named again or not; another one is another release."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release(ReleaseRequest(registry="localhost:5000"))
    shop.work.blocked = False
    with pytest.raises(ConfigError) as caught:
        shop.release(ReleaseRequest(registry="localhost:6000"))
    assert str(caught.value) == (
        "the release of 0.1.1 was interrupted and is not finished\n"
        "  → inv release goes on with it; inv release --restart gives it up and begins a new one"
    )
    wish = ReleaseRequest(version="0.1.1", registry="localhost:5000") if named else ReleaseRequest()
    assert run.begin(shop.project, wish, shop.work, shop.store)[0].registry == "localhost:5000"


def test_other_release_waits_for_the_interrupted_one_or_for_restart(shop: Shop) -> None:
    """Other release waits for the interrupted one or for restart."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    with pytest.raises(ConfigError, match=r"the release of 0\.1\.1 was interrupted"):
        shop.release(ReleaseRequest(version="9.0.0"))
    git(shop.root, "reset", "--quiet", "--hard", "HEAD~1")
    assert abandon.give_up(shop.project)
    assert not abandon.give_up(shop.project)
    shop.work.blocked = False
    assert shop.release(ReleaseRequest(bump="minor")).version == "0.2.0"


def _way_out(error: ConfigError, root: Path) -> None:
    """Do what the error says, up to the release that begins anew."""
    words, _, rest = error.fix.partition("; then ")
    assert rest == "inv release --restart"
    git(root, *words.removeprefix("git ").split())


def test_fix_that_is_committed_after_the_version_is_released_with_it(shop: Shop) -> None:
    """A rehearsal fails, its cause is fixed and committed: nothing is done again with what does not work.

    The advised fix leads to a release of the fix, with all that the changelog said.
    """
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    shop.work.blocked, calls = False, len(shop.work.calls)
    (shop.root / "mended").write_text("by hand")
    releasing.commit(shop.root, "mended")
    commit, head = (git(shop.root, "rev-parse", name)[:12] for name in ("HEAD~1", "HEAD"))
    moved = f"HEAD is {head}, and not the release's commit {commit} any more"
    kept = f"what is to be released stands in the section that {commit} made for 0.1.1"
    tries = ((shop.release, moved), (lambda: abandon.give_up(shop.project), kept), (shop.release, moved))
    for attempt, said in tries:
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert str(caught.value) == f"{said}\n  → git revert --no-edit {commit}; then inv release --restart"
    assert len(shop.work.calls) == calls
    _way_out(caught.value, shop.root)
    assert abandon.give_up(shop.project)
    assert shop.release().version == "0.1.1"
    assert git(shop.root, "show", "v0.1.1:mended") == "by hand"
    assert "- Accounts" in git(shop.root, "show", "v0.1.1:CHANGELOG.md").partition("## [0.1.1]")[2]


def test_what_a_given_up_release_left_is_not_in_the_next_one_of_that_version(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its images are in the layout already when the rehearsal fails: no manifest would name them."""
    with monkeypatch.context() as patch:
        patch.setattr(shop.work, "rehearse", lambda *_: (_ for _ in ()).throw(ToolFailedError("not healthy")))
        with pytest.raises(ToolFailedError, match="not healthy"):
            shop.release()
    (shop.root / "mended").write_text("by hand")
    releasing.commit(shop.root, "mended")
    with pytest.raises(ConfigError) as caught:
        shop.release()
    _way_out(caught.value, shop.root)
    assert abandon.give_up(shop.project)
    assert shop.release().version == "0.1.1"


def test_restart_of_what_was_not_mended_tells_how_the_changelog_comes_back(shop: Shop) -> None:
    """The release is kept until then: it could still go on."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    shop.work.blocked = False
    commit, base = (git(shop.root, "rev-parse", name)[:12] for name in ("HEAD", "HEAD~1"))
    with pytest.raises(ConfigError) as caught:
        abandon.give_up(shop.project)
    assert caught.value.fix == f"git reset --keep {base}; then inv release --restart"
    assert journal.load(release_context.journal_path(shop.project))
    _way_out(caught.value, shop.root)
    with pytest.raises(ConfigError, match="any more") as moved:
        shop.release()
    assert str(moved.value) == (
        f"HEAD is {base}, and not the release's commit {commit} any more\n"
        f"  → inv release --restart begins again from here; git reset --keep {commit} and inv release go on"
    )
    assert abandon.give_up(shop.project)
    assert [step.outcome for step in shop.release().steps] == ["done"] * len(STEPS)


def test_version_that_is_to_be_skipped_is_skipped(shop: Shop) -> None:
    """Its commit stays where the changelog has something more to release."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    shop.work.blocked = False
    releasing.change(shop.root, "More accounts")
    assert abandon.give_up(shop.project)
    assert shop.release().version == "0.1.2"


def test_release_that_committed_nothing_begins_anew_where_head_moved(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check fails, its cause is fixed and committed: the next release is of that, also under another version."""
    with monkeypatch.context() as patch:
        patch.setattr(shop.work, "lint", lambda: (_ for _ in ()).throw(ToolFailedError("a test failed")))
        with pytest.raises(ToolFailedError):
            shop.release()
    releasing.change(shop.root, "mended")
    result = shop.release(ReleaseRequest(version="0.2.0"))
    assert [step.outcome for step in result.steps] == ["done"] * len(STEPS)
    assert "- mended\n" in git(shop.root, "show", "v0.2.0:CHANGELOG.md")


@pytest.mark.parametrize(
    ("step", "file"),
    [
        *((step, file) for step in ("lint", "scan", "publish") for file in ("app.lock", "CHANGELOG.md", "new")),
        ("tag", "releases/0.1.1/manifest.json"),
        ("scan", "releases/0.1.10/manifest.json"),
    ],
)
def test_tree_that_was_changed_under_an_interrupted_release_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, file: str
) -> None:
    """What is built must be what the commit says, and no edit may be overwritten."""
    _killed_in(step, shop, monkeypatch)
    (shop.root / file).parent.mkdir(parents=True, exist_ok=True)
    (shop.root / file).write_text("work in progress\n")
    with pytest.raises(ConfigError, match=f"dirty: {file}"):
        shop.release()
    assert (shop.root / file).read_text() == "work in progress\n"


@pytest.mark.parametrize(
    ("step", "written"),
    [("commit", "CHANGELOG.md"), ("build", "pyproject.toml"), ("tag", "releases/0.1.1/manifest.json.sig")],
)
def test_temporary_file_of_a_killed_release_is_no_change(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, written: str
) -> None:
    """Killed in the middle of a write: what lies beside the file is removed, and the release goes on."""
    _killed_in(step, shop, monkeypatch)
    file = shop.root / written
    left = file.with_name(f".{file.name}.0123456789ab.tmp")
    left.write_text("half of it")
    assert shop.release().version == "0.1.1"
    assert not left.exists()
    assert git(shop.root, "status", "--porcelain") == ""


def _killed_in(step: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a release up to a step, in which its process is killed."""
    real = steps.stages

    def dying(release: release_context.ReleaseContext) -> tuple[journal.ReleaseStep, ...]:
        return tuple(journal.ReleaseStep(s.name, s.what, _die) if s.name == step else s for s in real(release))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "stages", dying)
        with pytest.raises(Killed):
            shop.release()


def _die(_: journal.Outputs) -> Mapping[str, Any]:
    raise Killed
