"""What a verification says: each check whole, and what it is held against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core.errors import FindingsError, MissingToolError
from dockgate.release.artifact import manifest
from dockgate.release.artifact import verify as release_verify
from dockgate.system.git import Git
from tests.unit.release.pipeline.shop import Shop
from tests.unit.release.releasing import LISTS

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", tmp_path / "home")


def test_all_that_was_looked_at_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line, with what it was looked at for."""
    monkeypatch.setattr(release_verify, "MONTH", 99_999)  # its lists become older every day
    commit = shop.release().commit[:12]
    report = shop.verify()
    days = (datetime.now(UTC) - datetime(2026, 11, 21, tzinfo=UTC)).days
    images = {each.name: each.digest for each in report.manifest.images}
    assert [str(each) for each in report.checks] == [
        f"ok   signature: manifest.json by {report.manifest.key}",
        "ok   layout: 2 images, 4 attestations, every blob as signed",
        f"ok   provenance: 2 images built from {commit}",
        "ok   content: nothing that the manifest does not name",
        f"ok   tag: v0.1.1 is {commit}, the manifest says {commit}",
        f"ok   verdict: rests on lists of 2026-11-21, {days} day{'s' * (days != 1)} old",
        f"ok   engine api: shop/api:0.1.1 is {images['api']}",
        f"ok   engine postgres: shop/postgres:0.1.1 is {images['postgres']}",
    ]
    assert (report.good, report.first_problem) == (True, "")
    assert report.engine == {f"shop/{name}:0.1.1": digest for name, digest in images.items()}
    assert shop.store.asked[-1] == ["shop/api:0.1.1", "shop/postgres:0.1.1"]


def test_a_release_under_another_version_is_refused(shop: Shop) -> None:
    """A folder that was renamed: its signature holds, and it is not what was asked for."""
    shop.release()
    (shop.root / "releases/0.1.1").rename(shop.root / "releases/0.1.0")
    with pytest.raises(FindingsError) as caught:
        shop.verify("0.1.0")
    assert str(caught.value) == "the manifest of 0.1.0 is that of 0.1.1\n  → get it again from its source"


PASSED = {"passed": True, "lists": []}


LISTLESS = [PASSED, PASSED]


DATED = [PASSED | {"lists": [{"date": "2999-01-02T00:00:00+00:00"}]}, PASSED | {"lists": LISTS}]


OTHER = "api was built from dddddddddddd, says the manifest, and its provenance says COMMIT"


def test_a_verdict_has_an_age(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lists are of midnight: after a month a scan is advised, and dates of tomorrow are a wrong clock's."""

    class Clock(datetime):
        ahead = timedelta(0)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(datetime(2026, 11, 21, tzinfo=UTC).timestamp(), tz) + cls.ahead

    def verdict() -> tuple[bool | None, str]:
        found = release_verify._verdict(signed)
        return found.ok, found.detail.removeprefix("rests on lists of 2026-11-21, ")

    shop.release()
    signed = manifest.load(shop.root, "0.1.1")[0]
    monkeypatch.setattr(release_verify, "datetime", Clock)
    expected = {
        timedelta(hours=-25): (False, "in the future: check the clock"),
        timedelta(hours=-24): (True, "0 days old"),
        timedelta(days=1): (True, "1 day old"),
        timedelta(days=30): (True, "30 days old"),
        timedelta(days=31): (True, "31 days old; scan again before promoting"),
    }
    for Clock.ahead, said in expected.items():
        assert verdict() == said


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"verdicts": []}, "FAIL verdict: no passing verdict on api, postgres"),
        ({"verdicts": LISTLESS}, "-    verdict: rests on no Debian lists"),
        ({"verdicts": DATED}, "FAIL verdict: rests on lists of 2999-01-02, in the future: check the clock"),
        ({"commit": "d" * 40}, "FAIL tag: v0.1.1 is COMMIT, the manifest says dddddddddddd"),
        ({"commit": "d" * 40}, f"FAIL provenance: {OTHER}; {OTHER}; {OTHER.replace('api', 'postgres')}"),
    ],
)
def test_what_a_manifest_says_is_held_against_what_is_there(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], line: str
) -> None:
    """As if the owner of the key had signed it."""
    commit = shop.release().commit[:12]
    found = manifest.load(shop.root, "0.1.1")[0]
    if "verdicts" in changes:
        images = zip(changes["verdicts"], found.images, strict=False)
        changes = {"scan": {"verdicts": [{**each, "digest": image.digest} for each, image in images]}}
    monkeypatch.setattr(release_verify, "signed", lambda *_: replace(found, **changes))
    assert line.replace("COMMIT", commit) in [str(each) for each in shop.verify().checks]


def test_a_machine_without_git_has_no_tag_to_look_at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is signed can be looked at all the same."""
    shop.release()

    def tagged(_git: Git, _name: str) -> str:
        raise MissingToolError("git is not installed")

    monkeypatch.setattr(Git, "tagged", tagged)
    assert {each.name: str(each) for each in shop.verify().checks}["tag"] == "-    tag: v0.1.1 is not here"
