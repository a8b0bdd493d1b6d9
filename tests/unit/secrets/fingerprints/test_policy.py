"""Which secrets are fingerprinted, and how."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.detection import parts
from dockgate.detection import strength as detection
from dockgate.secrets import certificate
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from dockgate.secrets.fingerprints.policy import Strength
from dockgate.secrets.metadata import SecretMetadata, Source
from dockgate.secrets.store import Entry, Store
from tests.unit.secrets.secretproject import GENERATED, GIVEN, STRONG, environment

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"
KEY = certificate.certificate_key().value
CHAIN = certificate.certificate(KEY, ["localhost"])


def entry(value: str, made: SecretMetadata | None = GIVEN) -> Entry:
    """Return a secret of a store."""
    return Entry("NAME", Secret(value), 1, made)


@pytest.mark.parametrize(
    ("value", "made", "kind"),
    [
        (STRONG, GIVEN, DigestKind.SLOW),
        (STRONG, None, DigestKind.SLOW),
        (STRONG, SecretMetadata(Source.GENERATED, 127, date(2026, 1, 1)), DigestKind.SLOW),
        ("hunter2", GIVEN, None),
        ("correct horse", None, None),
        (KEY.reveal(), GENERATED, DigestKind.PUBLIC),
        (CHAIN.reveal(), GENERATED, None),
        (CHAIN.reveal() + KEY.reveal(), GIVEN, DigestKind.PUBLIC),
        ("postgres://app:hunter2@db-7fk3.internal.example.com:5432/shop?sslmode=verify-full", GIVEN, None),
        (f"postgres://app:{TOKEN}@db:5432/shop", GIVEN, DigestKind.SLOW),
        ("walrus+Orbit7@copper.meadow", GIVEN, None),
        ("https://hooks.chat.internal/services/T0AB12CD3/B0EF45GH6/kq3XvT9mZp2LwR8sYd5NcB7h", GIVEN, DigestKind.SLOW),
        ('{"project": "a-long-and-well-known-name", "password": "hunter2"}', GIVEN, None),
    ],
)
def test_the_kind_follows_from_provenance_and_strength(
    value: str, made: SecretMetadata | None, kind: DigestKind | None
) -> None:
    """Only what our generator made with 128 bits gets the fast kind; what can be guessed gets none."""
    assert fingerprint_policy.assess(entry(value, made)).kind is kind


@pytest.mark.parametrize(
    ("value", "made", "strength"),
    [
        (STRONG, GENERATED, Strength(DigestKind.FAST, 190, "generated")),
        (STRONG, SecretMetadata(Source.GENERATED, 128, date(2026, 1, 1)), Strength(DigestKind.FAST, 128, "generated")),
        (KEY.reveal(), GIVEN, Strength(DigestKind.PUBLIC, 128, "private key")),
        (f" \n{CHAIN.reveal()}", GIVEN, Strength(None, 0, "certificate")),
        ("", GIVEN, Strength(None, 0, "weak")),
        ("wrZ42FcyhtSAWpoHLBKq", GIVEN, Strength(DigestKind.SLOW, 64, "strong")),
        ("a1" * 3, GIVEN, None),
        (TOKEN, GIVEN, None),
        ("/walrus/Orbit7/copper-Meadow", GIVEN, None),
    ],
)
def test_strength_is_told_with_its_reason(value: str, made: SecretMetadata, strength: Strength | None) -> None:
    found = fingerprint_policy.assess(entry(value, made))
    bits = int(max(map(detection.bits, parts.core(value))))
    reason = {"a1" * 3: "weak", TOKEN: "strong"}.get(value, "looks ordinary")
    kind = DigestKind.SLOW if reason == "strong" else None
    assert found == (strength or Strength(kind, bits, reason))
    assert found.weak is (found.reason in {"weak", "looks ordinary"})


def test_a_certificate_with_its_key_is_none() -> None:
    assert fingerprint_policy.is_certificate(f"  {CHAIN.reveal()}x")
    assert not fingerprint_policy.is_certificate(CHAIN.reveal() + KEY.reveal())
    assert not fingerprint_policy.is_certificate(f"x{CHAIN.reveal()}")


def test_a_weak_secret_is_refused_where_it_matters() -> None:
    """Production refuses it, staging does not; certificates are public and may be anything."""
    with pytest.raises(ConfigError) as caught:
        fingerprint_policy.check(environment("prod"), entry("hunter2"))
    fix = "use a generated value: 24 random letters and digits are enough"
    assert str(caught.value) == (f"NAME is too weak for prod: it could be guessed (less than 64 bits)\n  → {fix}")
    fingerprint_policy.check(environment("staging"), entry("hunter2"))
    fingerprint_policy.check(environment("prod"), entry(STRONG))
    fingerprint_policy.check(environment("prod"), entry(CHAIN.reveal()))


def test_a_secret_that_looks_like_a_setting_is_refused_where_it_matters() -> None:
    """No guardrail could tell it from one in another environment."""
    with pytest.raises(ConfigError) as caught:
        fingerprint_policy.check(environment("prod"), entry("/walrus/Orbit7/copper-Meadow"))
    what = "NAME looks like ordinary configuration (path, number, address): it cannot be recognised"
    assert str(caught.value) == f"{what}\n  → use a generated value: 24 random letters and digits are enough"
    fingerprint_policy.check(environment("staging"), entry("/walrus/Orbit7/copper-Meadow"))


def store(**values: str) -> Store:
    """Return a store with given values."""
    made = Store()
    for name, value in values.items():
        made = made.with_value(name, Secret(value), GENERATED if name.startswith("GEN") else GIVEN)
    return made


def test_the_file_finds_what_the_store_holds(tmp_path: Path) -> None:
    """Every strong secret is recognised, a password out of its URL too; the weak one has left no trace."""
    url = f"postgres://app:{TOKEN}@db:5432/shop"
    values = store(GEN=STRONG, URL=url, KEY=KEY.reveal(), WEAK="hunter2-but-longer")
    assert fingerprint_policy.update(tmp_path, environment("prod"), values.entries.values())
    known = fingerprint_match.load(tmp_path)
    candidates = [STRONG, url, TOKEN, KEY.reveal(), "hunter2-but-longer"]
    found = fingerprint_match.matches(candidates, known, InnocentCache(b"k"))
    assert {value: each.name for value, each in found.items()} == {
        STRONG: "GEN",
        url: "URL",
        TOKEN: "URL",
        KEY.reveal(): "KEY",
    }
    assert "WEAK" not in (tmp_path / fingerprint_match.FILE).read_text()


def test_an_update_without_a_change_writes_nothing(tmp_path: Path) -> None:
    """The salt stays, and so does the file; a new value changes its own line alone."""
    prod = environment("prod")
    assert fingerprint_policy.update(tmp_path, prod, store(GEN=STRONG, TOKEN=TOKEN).entries.values())
    before = (tmp_path / fingerprint_match.FILE).read_text()
    assert not fingerprint_policy.update(tmp_path, prod, store(GEN=STRONG, TOKEN=TOKEN).entries.values())
    assert fingerprint_policy.update(tmp_path, prod, store(GEN=STRONG[::-1], TOKEN=TOKEN).entries.values())
    after = (tmp_path / fingerprint_match.FILE).read_text()
    assert len(set(before.splitlines()) ^ set(after.splitlines())) == 2


def test_what_providers_hold_is_fingerprinted_too(tmp_path: Path) -> None:
    """As something given; a change of the store keeps it, and the next update of everything drops what is gone."""
    prod, held = environment("prod"), fingerprint_policy.fetched({"STRIPE": Secret(TOKEN), "WEAK": Secret("hunter2")})
    own = store(GEN=STRONG)
    fingerprint_policy.update(tmp_path, environment("staging"), fingerprint_policy.fetched({"THEIRS": Secret(TOKEN)}))
    assert held == (Entry("STRIPE", Secret(TOKEN), 0, None), Entry("WEAK", Secret("hunter2"), 0, None))
    assert fingerprint_policy.weak(held) == ("WEAK",)
    assert fingerprint_policy.unknown(tmp_path, prod, held, InnocentCache(b"k")) == ("STRIPE",)
    fingerprint_policy.update(tmp_path, prod, (*own.entries.values(), *held))
    assert fingerprint_policy.unknown(tmp_path, prod, held, InnocentCache(b"k")) == ()
    assert fingerprint_policy.elsewhere(tmp_path, prod, own) == {"STRIPE"}
    changed = store(GEN=STRONG[::-1]).entries.values()
    fingerprint_policy.update(tmp_path, prod, changed, fingerprint_policy.elsewhere(tmp_path, prod, own))
    kinds = {each.name: each.kind for each in fingerprint_match.load(tmp_path).only("prod")}
    assert kinds == {"GEN": DigestKind.FAST, "STRIPE": DigestKind.SLOW}
    assert fingerprint_policy.stale(tmp_path, prod, changed) == ("STRIPE",)


def test_stale_names(tmp_path: Path) -> None:
    """Missing, changed and left over are told by name; another environment's are none of ours."""
    fingerprint_policy.update(tmp_path, environment("prod"), store(GEN=STRONG, GONE=TOKEN).entries.values())
    fingerprint_policy.update(tmp_path, environment("staging"), store(GEN_S=STRONG).entries.values())
    now = store(GEN=STRONG[::-1], GEN_NEW=TOKEN + STRONG)
    assert fingerprint_policy.stale(tmp_path, environment("prod"), now.entries.values()) == ("GEN", "GEN_NEW", "GONE")
    assert fingerprint_policy.stale(tmp_path, environment("staging"), store(GEN_S=STRONG).entries.values()) == ()


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("k7Gh29xQpLmRt5Vw=Zt81VbNwqE4Kd93hXc72", ["", "1"]),
        ('{"k7Gh29xQpLmRt5Vw": "Zt81VbNwqE4Kd93hXc72"}', ["", "1"]),
        ("Pwd1=Zt81VbNwqE4Kd93hXc72;k7Gh29xQpLmRt5Vw=Rt81VbNwqE4Kd93hXc99", ["", "1", "2"]),
        ("postgres://k7Gh29xQpLmRt5Vw:Zt81VbNwqE4Kd93hXc72@db/app", ["", "1"]),
    ],
)
def test_no_piece_of_a_value_gets_into_the_file(value: str, numbers: list[str], tmp_path: Path) -> None:
    """What stands where a part has its name may be the first half of a password: the file has tags and numbers only."""
    store = Store().with_value("NAME", Secret(value), GIVEN)
    assert fingerprint_policy.update(tmp_path, environment("prod"), store.entries.values())
    written = (tmp_path / fingerprint_match.FILE).read_text(encoding="utf-8").partition("secrets = [")[2]
    assert sorted(each.part for each in fingerprint_match.load(tmp_path)) == numbers
    pieces = (value[at : at + 4] for at in range(len(value) - 3))
    assert not [piece for piece in pieces if piece.isalnum() and piece in written]  # not the quote behind a hint
