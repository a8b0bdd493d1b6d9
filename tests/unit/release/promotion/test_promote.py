"""Promotion, on releases that were really made and signed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, FindingsError, ToolFailedError
from dockgate.env import release_pointer
from dockgate.release.artifact import layout, manifest, unsigned
from dockgate.release.promotion import promoted, recovery
from dockgate.system import audit, marks
from tests.unit.release.promotion.shop import Shop, promotion

if TYPE_CHECKING:
    from pathlib import Path


def test_environment_without_a_promotion_runs_none(shop: Shop) -> None:
    """Environment without a promotion runs none."""
    assert promotion(shop.project, "prod") is None


def test_promotion_points_at_the_digests_and_the_version(shop: Shop) -> None:
    """Promotion points at the digests and the version."""
    shop.promote("staging", "0.1.1")
    found = promotion(shop.project, "staging")
    assert found is not None
    assert (found.version, found.manifest) == ("0.1.1", manifest.load(shop.root, "0.1.1")[0])
    assert found.variables == {
        "API_IMAGE": f"shop/api:0.1.1@{shop.store.images['shop/api:0.1.1']}",
        "POSTGRES_IMAGE": f"shop/postgres:0.1.1@{shop.store.images['shop/postgres:0.1.1']}",
        "APP_VERSION": "0.1.1",
    }


def test_prod_takes_only_what_ran_healthy_in_staging(shop: Shop) -> None:
    """Prod takes only what ran healthy in staging."""
    with pytest.raises(FindingsError) as caught:
        shop.promote("prod", "0.1.1")
    assert str(caught.value) == (
        "0.1.1 has not run healthy in staging, so it is not for prod\n"
        "  → inv promote --to=staging --version=0.1.1, inv up --env=staging; or --reason='why not'"
    )
    shop.promote("staging", "0.1.1")
    shop.up("staging", healthy=False)
    shop.up("staging", "a-test-of-somebody")
    with pytest.raises(FindingsError):
        shop.promote("prod", "0.1.1")
    shop.up("staging")
    shop.promote("prod", "0.1.1")
    assert shop.runs("prod") == "0.1.1"
    with pytest.raises(FindingsError):
        shop.promote("prod", "0.1.2")  # another release than the one that ran


@pytest.mark.parametrize(("runtime", "up"), [("compose", "up"), ("swarm", "deploy")])
def test_what_has_to_run_before_is_named_with_the_command_of_its_runtime(shop: Shop, runtime: str, up: str) -> None:
    staging = replace(shop.project.environment("staging"), runtime=runtime)
    shop.project = replace(shop.project, environments={**shop.project.environments, "staging": staging})
    with pytest.raises(FindingsError) as caught:
        shop.promote("prod", "0.1.1")
    assert caught.value.fix.startswith(f"inv promote --to=staging --version=0.1.1, inv {up} --env=staging; or ")


def test_a_promotion_is_marked_while_it_is_written_and_recorded_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark has what completes it."""
    shop.promote("staging", "0.1.1")
    seen: list[tuple[str, str, str, recovery.Promotion]] = []
    real = release_pointer.write

    def write(root: Path, environment: str, pointer: release_pointer.Pointer) -> None:
        [mark] = marks.left(shop.project)
        seen.append((mark.subject, mark.action, mark.by.message, marks.facts(mark, recovery.Promotion)))
        real(root, environment, pointer)

    monkeypatch.setattr(release_pointer, "write", write)
    made = shop.promote("staging", "0.1.2", "why not")
    assert release_pointer.read(shop.root, "staging") == made
    assert seen == [
        (
            "env/staging.release.toml",
            "promote",
            "promote --to=staging --version=0.1.2",
            recovery.Promotion(made),
        )
    ]
    assert marks.left(shop.project) == ()
    found = manifest.load(shop.root, "0.1.2")[0]
    since = datetime.fromisoformat(made.since)
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=10)
    assert made == release_pointer.Pointer(
        "0.1.2", found.digest, since.isoformat(), found.variables(), ("0.1.1",), "why not"
    )
    *_, line = audit.lines(shop.project)
    assert {name: value for name, value in line.items() if name not in {"time", "user", "host"}} == {
        "action": "promote",
        "result": "done",
        "environment": "staging",
        "version": "0.1.2",
        "manifest": found.digest,
    }


@pytest.mark.parametrize(
    "change",
    [{"action": "deploy"}, {"result": "failed"}, {"environment": "prod"}, {"instance": "x"}, {"manifest": "sha256:2"}],
)
def test_a_release_ran_healthy_where_the_log_has_it(shop: Shop, change: dict[str, str]) -> None:
    """Of the same manifest, in the environment's own stack."""
    line = {"action": "up", "result": "healthy", "environment": "staging", "instance": "", "manifest": "sha256:1"}
    assert promoted.ran_healthy([{}, line], "staging", "sha256:1")
    assert not promoted.ran_healthy([line | change], "staging", "sha256:1")
    shop.up("staging")
    *_, plain = audit.lines(shop.project)
    assert {"version", "manifest"}.isdisjoint(plain)
    shop.promote("staging", "0.1.1")
    shop.up("staging", "two", healthy=False)
    *_, last = audit.lines(shop.project)
    found = manifest.load(shop.root, "0.1.1")[0]
    expected = {"action": "up", "result": "failed", "environment": "staging", "instance": "two", "version": "0.1.1"}
    assert {name: value for name, value in last.items() if name not in {"time", "user", "host"}} == {
        **expected,
        "manifest": found.digest,
    }


def test_engine_is_asked_once_about_each_image(shop: Shop) -> None:
    """Verifying and refusing rest on the same answer."""
    shop.store.asked.clear()
    shop.promote("staging", "0.1.1")
    assert shop.store.asked == [["shop/api:0.1.1", "shop/postgres:0.1.1"]]


def test_reason_lets_a_release_skip_staging_and_is_kept(shop: Shop) -> None:
    """Reason lets a release skip staging and is kept."""
    assert shop.promote("prod", "0.1.2", reason="incident 7").reason == "incident 7"
    read = release_pointer.read(shop.root, "prod")
    assert read is not None
    assert read.reason == "incident 7"


def test_release_whose_images_are_not_here_says_how_to_load_them(shop: Shop, tmp_path: Path) -> None:
    """Release whose images are not here says how to load them."""
    shop.store.images.clear()
    with pytest.raises(ToolFailedError) as caught:
        shop.promote("staging", "0.1.1")
    assert "releases.load" in caught.value.fix
    names = unsigned.names(manifest.load(shop.root, "0.1.1")[0])
    layout.archive(manifest.folder(shop.root, "0.1.1") / "oci", tmp_path / "load.tar", names)
    shop.store.load(tmp_path / "load.tar")
    shop.promote("staging", "0.1.1")


def test_tampering_is_caught_by_promote_and_by_up(shop: Shop) -> None:
    """Tampering is caught by promote and by up."""
    shop.promote("staging", "0.1.1")
    path = shop.root / release_pointer.file("staging")
    kept = path.read_text()
    other = shop.store.images["shop/api:0.1.2"]
    path.write_text(kept.replace(shop.store.images["shop/api:0.1.1"], other))
    again = "inv promote --to=staging --version=0.1.1 writes it again"
    with pytest.raises(FindingsError) as caught:
        promotion(shop.project, "staging")
    place = "env/staging.release.toml: names"
    assert str(caught.value) == f"{place} other images than release 0.1.1 has\n  → {again}"
    path.write_text(re.sub(r'manifest = "sha256:\w+"', f'manifest = "sha256:{"0" * 64}"', kept))
    with pytest.raises(FindingsError) as caught:
        promotion(shop.project, "staging")
    assert str(caught.value) == f"{place} another manifest than release 0.1.1 has\n  → {again}"
    path.write_text(kept)
    signed = shop.root / "releases/0.1.1/manifest.json"
    signed.write_text(signed.read_text().replace("0.1.1", "0.1.3", 1))
    with pytest.raises(FindingsError):
        promotion(shop.project, "staging")
    with pytest.raises(FindingsError):
        shop.promote("staging", "0.1.1")


def test_signed_manifest_of_another_release_is_not_taken_for_this_one(shop: Shop) -> None:
    """Signed manifest of another release is not taken for this one."""
    for name in (manifest.NAME, manifest.SIGNATURE):
        (shop.root / "releases/0.1.2" / name).write_bytes((shop.root / "releases/0.1.1" / name).read_bytes())
    with pytest.raises(FindingsError, match=r"is that of 0\.1\.1"):
        shop.promote("staging", "0.1.2")


def test_tag_that_was_moved_on_the_engine_is_caught(shop: Shop) -> None:
    """Tag that was moved on the engine is caught."""
    shop.store.images["shop/api:0.1.1"] = shop.store.images["shop/api:0.1.2"]
    with pytest.raises(FindingsError, match="engine api"):
        shop.promote("staging", "0.1.1")


def test_an_older_release_wants_a_reason(shop: Shop) -> None:
    """It may lack a fix; the same release again, and a newer one, do not."""
    shop.promote("staging", "0.1.2")
    with pytest.raises(FindingsError) as caught:
        shop.promote("staging", "0.1.1")
    assert str(caught.value) == (
        "0.1.1 is older than 0.1.2, which staging is promoted to\n"
        "  → inv rollback --env=staging goes back to what ran before; or --reason='why an older one'"
    )
    pointer = release_pointer.read(shop.root, "staging")
    assert pointer is not None
    assert pointer.version == "0.1.2"
    shop.promote("staging", "0.1.2")
    assert shop.promote("staging", "0.1.1", reason="incident 8").reason == "incident 8"


def test_history_is_latest_first_and_without_repetition(shop: Shop) -> None:
    """History is latest first and without repetition."""
    for number in ("0.1.1", "0.1.2", "0.1.1", "0.1.1"):
        shop.promote("staging", number, reason="a test")
    pointer = release_pointer.read(shop.root, "staging")
    assert pointer is not None
    assert (pointer.version, pointer.history) == ("0.1.1", ("0.1.2",))


def test_releases_are_listed_with_where_they_run(shop: Shop) -> None:
    """Releases are listed with where they run."""
    shop.promote("staging", "0.1.2")
    known = [manifest.load(shop.root, number)[0] for number in ("0.1.1", "0.1.2")]
    assert promoted.listed(shop.project) == tuple(
        {
            "version": each.version,
            "commit": each.commit,
            "created": each.created,
            "images": 2,
            "environments": ["staging"] if each.version == "0.1.2" else [],
        }
        for each in known
    )


def test_damaged_pointer_is_an_error_not_no_promotion(shop: Shop) -> None:
    """Damaged pointer is an error not no promotion."""
    (shop.root / release_pointer.file("prod")).parent.mkdir(exist_ok=True)
    (shop.root / release_pointer.file("prod")).write_text("version = ")
    with pytest.raises(ConfigError):
        promotion(shop.project, "prod")
