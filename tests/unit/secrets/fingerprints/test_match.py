"""Finding secrets by their fingerprints."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import certificate
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Sheet
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from dockgate.secrets.fingerprints.match import Fingerprint, Fingerprints
from tests.unit.secrets.secretproject import STRONG

if TYPE_CHECKING:
    from pathlib import Path

SALT = b"s" * 32
CHEAP = Cost(16)
GIVEN = "kX7mQ2vN9pR4tW8z"  # as few characters as reach 64 bits
FAST = Fingerprint("prod", "FAST", DigestKind.FAST, digests.fast(STRONG, SALT))
SLOW = Fingerprint("prod", "SLOW", DigestKind.SLOW, digests.slow(GIVEN, SALT, CHEAP))
OTHERS = ["Vb5nM8kL2jH7gF4dS9aQ3wE6", "short", "", STRONG[:-1], STRONG.lower(), "a" * 80]


@pytest.fixture
def cache() -> InnocentCache:
    """Return verdicts that last for the test."""
    return InnocentCache(b"key")


def known(*prints: Fingerprint) -> Fingerprints:
    """Return fingerprints of prod."""
    return Fingerprints((Sheet("prod", SALT, CHEAP, prints),))


def test_each_kind_is_found_and_nothing_else(cache: InnocentCache) -> None:
    """A generated secret, a given one and a key among strings that are none."""
    key = certificate.certificate_key().value.reveal()
    public = Fingerprint("prod", "KEY", DigestKind.PUBLIC, digests.public(key) or "")
    short = Fingerprint("prod", "SHORT", DigestKind.FAST, digests.fast(STRONG[:22], SALT))
    strings = [*OTHERS, GIVEN, STRONG, STRONG[:22], key.replace("\n", "\\n")]
    found = fingerprint_match.matches(strings, known(FAST, SLOW, public, short), cache)
    assert found == {STRONG: FAST, GIVEN: SLOW, STRONG[:22]: short, key.replace("\n", "\\n"): public}


def test_a_second_look_needs_no_slow_digest(cache: InnocentCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compared before is not compared again, until the fingerprints are others."""
    fingerprint_match.matches(OTHERS, known(SLOW), cache)

    def fail(*_arguments: Any) -> NoReturn:
        pytest.fail("a slow digest was made again")

    monkeypatch.setattr(digests, "slow", fail)
    assert fingerprint_match.matches(OTHERS, known(SLOW), cache) == {}
    with pytest.raises(pytest.fail.Exception):
        fingerprint_match.matches(
            OTHERS, known(SLOW, FAST, Fingerprint("prod", "NEW", DigestKind.SLOW, "1" * 32)), cache
        )


def test_a_hit_is_never_remembered_as_harmless(cache: InnocentCache) -> None:
    """It is found again in every run."""
    for _ in range(2):
        assert fingerprint_match.matches([GIVEN], known(SLOW), cache) == {GIVEN: SLOW}


def test_no_slow_digest_for_what_cannot_be_one(cache: InnocentCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weak strings are never fingerprinted, so weak strings are not compared; known ones neither."""
    made: list[bytes] = []

    def counted(data: bytes, **_figures: Any) -> bytes:
        made.append(data)
        return b""

    monkeypatch.setattr(hashlib, "scrypt", counted)
    fingerprint_match.matches(["postgres", "a" * 100, "changeme123", STRONG], known(FAST, SLOW), cache)
    assert made == []


def test_without_slow_fingerprints_nothing_slow_happens(cache: InnocentCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated secrets cost microseconds."""
    monkeypatch.setattr(digests, "slow", lambda *_: pytest.fail("slow"))
    assert fingerprint_match.matches([*OTHERS, STRONG], known(FAST), cache) == {STRONG: FAST}


def test_the_file_is_kept_by_the_project(tmp_path: Path) -> None:
    """Saved, loaded, absent and damaged."""
    assert fingerprint_match.load(tmp_path) == Fingerprints()
    kept = Fingerprints((Sheet("prod", SALT, Cost(), (FAST, SLOW)),))
    fingerprint_match.save(tmp_path, kept)
    assert fingerprint_match.load(tmp_path) == kept
    file = tmp_path / fingerprint_match.FILE
    assert file.stat().st_mode & 0o777 == 0o644
    file.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"^env/fingerprints\.toml: cannot be read: 'utf-8' codec"):
        fingerprint_match.load(tmp_path)


def test_a_hint_excludes_nearly_all_and_loses_nothing(cache: InnocentCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 4,000 strings one is digested slowly on average; without hints in the file all of them are."""
    made = list[str]()
    slow = digests.slow

    def counted(value: str, salt: bytes, cost: Cost) -> str:
        made.append(value)
        return slow(value, salt, cost)

    monkeypatch.setattr(digests, "slow", counted)
    hinted = known(Fingerprint("prod", "SLOW", DigestKind.SLOW, SLOW.tag, "", digests.hint(GIVEN, SALT)))
    strings = [*(f"walrus-{number}-copper-Meadow" for number in range(4_000)), GIVEN]
    assert fingerprint_match.matches(strings, hinted, cache).keys() == {GIVEN}
    assert len(made) < 12
    assert fingerprint_match.hinted(hinted)
    assert not fingerprint_match.hinted(known(SLOW))
    made.clear()
    assert fingerprint_match.matches(strings[-50:], known(SLOW), InnocentCache(b"other")).keys() == {GIVEN}
    assert len(made) == 50
