"""A release: its steps, its manifest, its version commit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dockgate.core.errors import ConfigError
from dockgate.release.pipeline import journal, release_context, run, version_commit
from dockgate.release.pipeline.run import ReleaseRequest
from dockgate.system import audit
from tests.unit.release.pipeline.shop import STEPS, Killed, Shop
from tests.unit.release.releasing import git

SCHEMA = Path(__file__).parents[4] / "docs/schemas/release-manifest.schema.json"


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


def test_version_commit_keeps_the_modes_of_its_files_and_is_made_on_its_base_alone(shop: Shop) -> None:
    """Where HEAD moved meanwhile, nothing is written."""
    (shop.root / "CHANGELOG.md").chmod(0o600)
    made, _ = run.begin(shop.project, ReleaseRequest(), shop.work, shop.store)
    base = git(shop.root, "rev-parse", "HEAD")
    assert version_commit.committed(made.git, base, "0.1.1") is False
    head = version_commit.make(made)["commit"]
    assert (git(shop.root, "rev-parse", "HEAD"), git(shop.root, "rev-parse", "HEAD~1")) == (head, base)
    assert version_commit.make(made) == {"commit": head}
    assert version_commit.committed(made.git, base, "0.1.1") is True
    assert version_commit.committed(made.git, base, "0.1.2") is None
    assert [(shop.root / name).stat().st_mode & 0o777 for name in ("CHANGELOG.md", "pyproject.toml")] == [0o600, 0o644]
    git(shop.root, "commit", "--quiet", "--allow-empty", "--message=more")
    with pytest.raises(ConfigError) as caught:
        version_commit.make(made)
    moved = git(shop.root, "rev-parse", "HEAD")[:12]
    assert str(caught.value) == (
        f"HEAD moved to {moved} since the release of 0.1.1 began on {base[:12]}\n"
        "  → inv release --restart begins again from here"
    )


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
