"""A whole release in a real git repository: made, refused, killed at every step, tampered with."""

from __future__ import annotations

import copy
import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import project as projects
from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.release.artifact import manifest
from dockgate.release.artifact import verify as release_verify
from dockgate.release.pipeline import abandon, journal, release_context, run, steps
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.release.signing import keys
from dockgate.system import audit
from tests.unit.release import releasing
from tests.unit.release.releasing import FakeStore, FakeWork, git

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from dockgate.core.project import Project
    from dockgate.release.pipeline.run import ReleaseResult

SCHEMA = Path(__file__).parents[4] / "docs/schemas/release-manifest.schema.json"
STARTED = "2026-11-23T10:00:00+00:00"
STEPS = ["guard", "lint", "commit", "build", "scan", "sbom", "rehearse", "sign", "publish", "manifest", "tag"]


class Killed(BaseException):
    """The process was killed here."""


class Shop:
    """A project with its fakes."""

    def __init__(self, root: Path, home: Path) -> None:
        self.project: Project = releasing.shop(root, home)
        self.root = root
        self.store = FakeStore()
        self.work = FakeWork(self.store, root)

    def copied(self, folder: Path, store: FakeStore) -> Shop:
        """Return the shop as it is now in another folder, with the same key: signatures can be compared."""
        shutil.copytree(self.root.parent, folder, symlinks=True)
        made = copy.copy(self)
        made.root = folder / "shop"
        process = {**self.project.process, "HOME": str(folder / "home")}
        made.project = projects.load(made.root, process)
        made.store, made.work = store, FakeWork(store, made.root)
        return made

    def release(
        self,
        wish: ReleaseRequest = ReleaseRequest(),  # noqa: B008 - frozen
        tell: Callable[..., None] = lambda *_: None,
    ) -> ReleaseResult:
        made, left = run.begin(self.project, wish, self.work, self.store)
        if not left.outputs:  # the same moment in every run, so that results can be compared
            left.inputs = {**left.inputs, "started": STARTED}
            made = replace(made, started=STARTED)
        return run.run(made, left, tell)

    def verify(self, number: str = "0.1.1") -> release_verify.Verification:
        return release_verify.verify(self.project, number, keys.public(self.project), self.store)

    def state(self, number: str) -> Mapping[str, Any]:
        """Return everything that a release leaves behind."""
        folder = self.root / "releases" / number
        return {
            "files": {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()},
            "commits": git(self.root, "log", "--format=%H %s %ad"),
            "tag": git(self.root, "rev-parse", f"v{number}"),
            "tree": git(self.root, "status", "--porcelain"),
            "images": self.store.images,
        }


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("GIT_AUTHOR_DATE", STARTED)
    monkeypatch.setenv("GIT_COMMITTER_DATE", STARTED)
    return Shop(tmp_path / "shop", tmp_path / "home")


def test_release_goes_through_its_steps_and_verifies(shop: Shop) -> None:
    """Release goes through its steps and verifies."""
    result = shop.release()
    assert [(step.name, step.outcome) for step in result.steps] == [(name, "done") for name in STEPS]
    assert result.version == "0.1.1"
    assert shop.verify().good
    assert git(shop.root, "rev-parse", "v0.1.1^{commit}") == result.commit
    assert git(shop.root, "status", "--porcelain") == ""
    assert 'version = "0.1.1"' in (shop.root / "pyproject.toml").read_text()
    assert "## [0.1.1] - 2026-11-23\n\n### Added\n\n- Accounts\n" in (shop.root / "CHANGELOG.md").read_text()
    assert [image["name"] for image in result.as_json()["images"]] == ["api", "postgres"]
    assert [(line["action"], line["result"]) for line in audit.lines(shop.project)] == [("release", "done")]
    assert journal.load(release_context.journal_path(shop.project)) is None


@pytest.mark.no_cover  # the validator's import alone takes a second more with it
def test_manifest_holds_to_its_published_schema(shop: Shop) -> None:
    """Manifest holds to its published schema."""
    import jsonschema  # noqa: PLC0415 - heavy: a process that does not need it does without

    shop.release()
    document = json.loads((shop.root / "releases/0.1.1/manifest.json").read_text())
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "images": [{**document["images"][0], "digest": "latest"}]}, schema)


def test_version_commit_cut_off_between_file_and_commit_is_written_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version commit cut off between file and commit is written again."""
    with monkeypatch.context() as patch:
        patch.setattr("dockgate.system.git.Git.commit", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            shop.release()
    assert git(shop.root, "status", "--porcelain") != ""
    assert shop.release().version == "0.1.1"
    assert (shop.root / "CHANGELOG.md").read_text().count("0.1.1") == 1


def test_files_of_the_version_commit_are_never_half_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while they are written, they are the old ones or the new: half a pyproject.toml would stop every task."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(Killed()))
        patch.setattr(journal.Journal, "save", lambda _journal: None)
        with pytest.raises(Killed):
            shop.release()
    assert git(shop.root, "status", "--porcelain") == ""
    assert list(shop.root.glob(".*.tmp")) == []
    assert shop.release().version == "0.1.1"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda s: (s.root / "app.lock").write_text("x"), "dirty"),
        (lambda s: (s.root / "new").write_text("x"), "dirty"),
        (lambda s: git(s.root, "switch", "--quiet", "--create", "feature"), "made on main"),
        (lambda s: git(s.root, "tag", "v0.1.1"), "exists"),
        (lambda s: (s.root / keys.PRIVATE).unlink(), "no key"),
        (lambda s: git(s.root, "config", "user.name", ""), "does not know who commits"),
    ],
)
def test_release_is_refused_before_anything_changes(shop: Shop, damage: Callable[[Shop], Any], said: str) -> None:
    """Release is refused before anything changes."""
    damage(shop)
    head = git(shop.root, "rev-parse", "HEAD")
    with pytest.raises(ConfigError, match=said) as caught:
        shop.release()
    assert caught.value.code == 2
    assert caught.value.fix
    assert git(shop.root, "rev-parse", "HEAD") == head
    assert shop.work.calls == []


def test_release_without_changes_is_refused(shop: Shop) -> None:
    """Release without changes is refused."""
    shop.release()
    with pytest.raises(ConfigError, match="Unreleased"):
        shop.release()


@pytest.mark.parametrize("upstream", [False, True], ids=["never fetched", "with an upstream"])
def test_release_behind_its_remote_is_refused(shop: Shop, tmp_path: Path, upstream: bool) -> None:  # noqa: FBT001
    """The remote itself is asked: what was fetched last week says nothing."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop.root), "remote")
    releasing.change(shop.root, "one more")
    git(shop.root, "push", "--quiet", str(tmp_path / "remote"), "main")
    git(shop.root, "remote", "add", "origin", str(tmp_path / "remote"))
    if upstream:
        git(shop.root, "fetch", "--quiet", "origin")
        git(shop.root, "branch", "--quiet", "--set-upstream-to=origin/main")
        git(shop.root, "update-ref", "-d", "refs/remotes/origin/main")  # what was fetched is old
    git(shop.root, "reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(ConfigError, match="1 commits behind"):
        shop.release()


def test_a_tag_that_only_the_remote_has_is_refused(shop: Shop, tmp_path: Path) -> None:
    """Somebody else released that version; a push of ours would be rejected when all is done."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop.root), "remote")
    git(tmp_path / "remote", "tag", "v0.1.1")
    git(shop.root, "remote", "add", "origin", str(tmp_path / "remote"))
    with pytest.raises(ConfigError, match=r"v0\.1\.1 exists, here or on the remote"):
        run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    run.begin(shop.project, ReleaseRequest(version="0.1.2"), shop.work, shop.store)


def test_remote_that_does_not_answer_is_said_and_its_last_known_state_counts(shop: Shop, tmp_path: Path) -> None:
    """A machine without a network can release; one that knows it is behind cannot."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop.root), "remote")
    git(shop.root, "remote", "add", "origin", str(tmp_path / "remote"))
    git(shop.root, "fetch", "--quiet", "origin")
    (tmp_path / "remote").rename(tmp_path / "gone")
    made, _ = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    assert "the remote was not asked" in made.notes[0]
    releasing.change(shop.root, "fetched before")
    git(shop.root, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(shop.root, "reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(ConfigError, match="1 commits behind"):
        shop.release()


def test_older_or_malformed_version_is_refused(shop: Shop) -> None:
    """Older or malformed version is refused."""
    for wanted in ("0.0.9", "1.2", "v1.2.3", "../../etc"):
        with pytest.raises(ConfigError):
            shop.release(ReleaseRequest(version=wanted))


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


def test_other_release_waits_for_the_interrupted_one_or_for_restart(shop: Shop) -> None:
    """Other release waits for the interrupted one or for restart."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    with pytest.raises(ConfigError, match="interrupted"):
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
    """A rehearsal fails, somebody mends and commits: nothing is done again with what does not work.

    The way out that is told leads to a release of the fix, with all that the changelog said.
    """
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    shop.work.blocked, calls = False, len(shop.work.calls)
    (shop.root / "mended").write_text("by hand")
    releasing.commit(shop.root, "mended")
    for attempt in (shop.release, lambda: abandon.give_up(shop.project), shop.release):
        with pytest.raises(ConfigError, match=r"any more|stands in the section") as caught:
            attempt()
    assert len(shop.work.calls) == calls
    _way_out(caught.value, shop.root)
    assert abandon.give_up(shop.project)
    assert shop.release().version == "0.1.1"
    assert git(shop.root, "show", "v0.1.1:mended") == "by hand"
    assert "- Accounts" in git(shop.root, "show", "v0.1.1:CHANGELOG.md").partition("## [0.1.1]")[2]


def test_restart_of_what_was_not_mended_tells_how_the_changelog_comes_back(shop: Shop) -> None:
    """The release is kept until then: it could still go on."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    shop.work.blocked = False
    with pytest.raises(ConfigError, match="stands in the section") as caught:
        abandon.give_up(shop.project)
    assert journal.load(release_context.journal_path(shop.project))
    _way_out(caught.value, shop.root)
    with pytest.raises(ConfigError, match="any more") as moved:
        shop.release()
    assert moved.value.fix.startswith("inv release --restart begins again from here")
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
    """A check fails, somebody mends and commits: the next release is of that, also under another version."""
    with monkeypatch.context() as patch:
        patch.setattr(shop.work, "lint", lambda: (_ for _ in ()).throw(ToolFailedError("a test failed")))
        with pytest.raises(ToolFailedError):
            shop.release()
    releasing.change(shop.root, "mended")
    result = shop.release(ReleaseRequest(version="0.2.0"))
    assert [step.outcome for step in result.steps] == ["done"] * len(STEPS)
    assert "- mended\n" in git(shop.root, "show", "v0.2.0:CHANGELOG.md")


@pytest.mark.parametrize("step", ["lint", "scan", "publish"])
@pytest.mark.parametrize("file", ["app.lock", "CHANGELOG.md", "new"])
def test_tree_that_was_changed_under_an_interrupted_release_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, file: str
) -> None:
    """What is built must be what the commit says, and nobody's edit may be overwritten."""
    real = steps.stages

    def dying(release: release_context.ReleaseContext) -> tuple[journal.ReleaseStep, ...]:
        return tuple(journal.ReleaseStep(s.name, s.what, _die) if s.name == step else s for s in real(release))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "stages", dying)
        with pytest.raises(Killed):
            shop.release()
    (shop.root / file).write_text("somebody is at work here\n")
    with pytest.raises(ConfigError, match=f"dirty: {file}"):
        shop.release()
    assert (shop.root / file).read_text() == "somebody is at work here\n"


@pytest.mark.parametrize(
    ("step", "written"),
    [("commit", "CHANGELOG.md"), ("build", "pyproject.toml"), ("tag", "releases/0.1.1/manifest.json.sig")],
)
def test_temporary_file_of_a_killed_release_is_no_change(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, written: str
) -> None:
    """Killed in the middle of a write: what lies beside the file is removed, and the release goes on."""
    real = steps.stages

    def dying(release: release_context.ReleaseContext) -> tuple[journal.ReleaseStep, ...]:
        return tuple(journal.ReleaseStep(s.name, s.what, _die) if s.name == step else s for s in real(release))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "stages", dying)
        with pytest.raises(Killed):
            shop.release()
    file = shop.root / written
    left = file.with_name(f".{file.name}.0123456789ab.tmp")
    left.write_text("half of it")
    assert shop.release().version == "0.1.1"
    assert not left.exists()
    assert git(shop.root, "status", "--porcelain") == ""


def _die(_: journal.Outputs) -> Mapping[str, Any]:
    raise Killed


def test_full_disk_says_so_and_the_next_run_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full disk says so and the next run goes on."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "manifest.json")

    with monkeypatch.context() as patch:
        patch.setattr(shop.store, "save", full)
        with pytest.raises(ToolFailedError, match="No space left"):
            shop.release()
    assert shop.release().version == "0.1.1"


def test_plan_says_what_is_done_and_what_is_not(shop: Shop) -> None:
    """Plan says what is done and what is not."""
    shop.work.blocked = True
    with pytest.raises(FindingsError):
        shop.release()
    made, left = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    lines = str(run.plan(made, left)).splitlines()
    assert lines[3] == "build every image that no release built yet (done before the interruption)"
    assert lines[4] == "scan a verdict on each digest (not done yet)"


def _blob(shop: Shop, digest: str) -> Path:
    return shop.root / "releases/0.1.1/oci/blobs" / digest.replace(":", "/")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _document(shop: Shop, digest: str) -> Any:
    return json.loads(_blob(shop, digest).read_text())


def _layer(shop: Shop) -> Path:
    image = manifest.load(shop.root, "0.1.1")[0].images[0]
    return _blob(shop, _document(shop, image.platform_digest)["layers"][0]["digest"])


def _attestation(shop: Shop) -> Path:
    image = manifest.load(shop.root, "0.1.1")[0].images[0]
    return _blob(shop, _document(shop, image.digest)["manifests"][1]["digest"])


def _other_key(shop: Shop) -> None:
    for file in (shop.root / "release").iterdir():
        file.unlink()
    keys.generate(shop.project)


TAMPERED: dict[str, Callable[[Shop], Any]] = {
    "a layer": lambda s: _flip(_layer(s)),
    "a layer that is gone": lambda s: _layer(s).unlink(),
    "what BuildKit attests": lambda s: _attestation(s).unlink(),
    "a bill of materials": lambda s: _flip(
        _blob(s, next(iter(manifest.load(s.root, "0.1.1")[0].images[0].attestations.values())))
    ),
    "the manifest": lambda s: _flip(s.root / "releases/0.1.1/manifest.json"),
    "the signature": lambda s: _flip(s.root / "releases/0.1.1/manifest.json.sig"),
    "no signature": lambda s: (s.root / "releases/0.1.1/manifest.json.sig").unlink(),
    "the key": _other_key,
    "the image on the engine": lambda s: s.store.images.update({"shop/api:0.1.1": "sha256:" + "0" * 64}),
    "the tag": lambda s: git(s.root, "tag", "--force", "v0.1.1", "HEAD~2"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_caught(shop: Shop, what: str) -> None:
    """Tampering is caught."""
    shop.release()
    TAMPERED[what](shop)
    assert not _verifies(shop)


def _verifies(shop: Shop) -> bool:
    try:
        return shop.verify().good
    except FindingsError:
        return False


def test_a_verdict_from_the_future_is_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then this machine's clock is wrong, and no age of the lists can be judged."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls(2020, 1, 1, tzinfo=tz)

    shop.release()
    monkeypatch.setattr(release_verify, "datetime", Clock)
    found = {each.name: each for each in shop.verify().checks}["verdict"]
    assert (found.ok, "in the future" in found.detail) == (False, True)


def test_release_is_found_by_version_and_by_digest(shop: Shop) -> None:
    """Release is found by version and by digest."""
    shop.release()
    found, data, _ = manifest.load(shop.root, "0.1.1")
    for wanted in ("0.1.1", found.images[1].digest, manifest.digest(data)):
        assert release_verify.find(shop.project, wanted) == "0.1.1"
    with pytest.raises(ConfigError):
        release_verify.find(shop.project, "sha256:" + "1" * 64)


def test_machine_with_only_the_public_key_verifies(shop: Shop) -> None:
    """Machine with only the public key verifies."""
    shop.release()
    (shop.root / keys.PRIVATE).unlink()
    report = release_verify.verify(shop.project, "0.1.1", keys.public(shop.project), None)
    assert report.good
    assert {each.name: each.ok for each in report.checks} == {
        "signature": True,
        "layout": True,
        "provenance": True,
        "content": True,
        "tag": True,
        "verdict": True,
    }
