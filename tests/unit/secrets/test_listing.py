"""What is told about secrets, and what is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dockgate.core.secret import Secret
from dockgate.env import schema
from dockgate.secrets import certificate, listing
from dockgate.secrets.fingerprints.digests import Cost, DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Sheet
from dockgate.secrets.fingerprints.match import Fingerprint, Fingerprints
from dockgate.secrets.store import Store
from tests.unit.secrets.secretproject import DAY, GENERATED, GIVEN, STRONG, environment

DECLARED = schema.parse(
    """
[GEN]
secret = true
required = ["prod"]
max-age-days = 90
[TOKEN]
secret = true
expires = 2026-06-01
[GONE]
secret = true
required = true
[STAGING]
secret = true
required = ["staging"]
"""
)
TOKEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"
KNOWN = Fingerprints((Sheet("prod", b"s" * 32, Cost(), (Fingerprint("prod", "GEN", DigestKind.FAST, "0" * 32),)),))


ELSEWHERE = {"STRIPE": "cmd:op", "GONE": "file"}


def rows(store: Store, today: date = DAY) -> dict[str, listing.Row]:
    """Return the rows by name."""
    return {row.name: row for row in listing.rows(environment("prod"), store, DECLARED, KNOWN, ELSEWHERE, today)}


def test_rows() -> None:
    """Source, age, strength and fingerprint; bits of generated values only, for those of others say their length."""
    store = Store().with_value("GEN", Secret(STRONG), GENERATED).with_value("TOKEN", Secret(TOKEN), GIVEN)
    found = rows(store, DAY + timedelta(days=3))
    assert found["GEN"] == listing.Row("GEN", "generated", 3, "generated", 190, "blake2b", "")
    assert found["TOKEN"] == listing.Row("TOKEN", "given", 3, "strong", None, "", "")


def test_a_value_without_a_record() -> None:
    """Written with another tool: the age is unknown, the strength is not."""
    row = rows(Store(Secret("TOKEN='hunter2'\n")), date(2026, 6, 1))["TOKEN"]
    assert row == listing.Row("TOKEN", "unknown", None, "weak", None, "", "expired on 2026-06-01")
    assert row.as_json() == {
        "name": "TOKEN",
        "source": "unknown",
        "age_days": None,
        "strength": "weak",
        "bits": None,
        "fingerprint": "",
        "due": "expired on 2026-06-01",
    }
    old = Store(Secret("GEN='hunter2'\n"))
    assert rows(old, DAY + timedelta(days=365))["GEN"].due == ""


def test_only_the_fingerprint_of_a_whole_value_of_this_environment_is_shown() -> None:
    prints = (Fingerprint("prod", "GEN", DigestKind.SLOW, "0" * 32, "1"),)
    others = (Fingerprint("dev", "GEN", DigestKind.SLOW, "0" * 32),)
    known = Fingerprints((Sheet("prod", b"s" * 32, Cost(), prints), Sheet("dev", b"s" * 32, Cost(), others)))
    store = Store().with_value("GEN", Secret(STRONG), GENERATED)
    (row,) = listing.rows(environment("prod"), store, DECLARED, known, {}, DAY)
    assert row.fingerprint == ""


@pytest.mark.parametrize(("days", "due"), [(90, ""), (91, "older than 90 days")])
def test_an_age_limit(days: int, due: str) -> None:
    """`max-age-days` of the schema."""
    store = Store().with_value("GEN", Secret(STRONG), GENERATED)
    assert rows(store, DAY + timedelta(days=days))["GEN"].due == due


def test_a_day_of_expiry() -> None:
    """`expires` of the schema."""
    store = Store().with_value("TOKEN", Secret(TOKEN), GIVEN)
    assert rows(store, date(2026, 5, 31))["TOKEN"].due == ""
    assert rows(store, date(2026, 6, 1))["TOKEN"].due == "expired on 2026-06-01"


def test_a_certificate_is_due_a_month_before_it_expires() -> None:
    """Its own date counts."""
    chain = certificate.certificate(certificate.certificate_key().value, ["localhost"])
    expires = certificate.expiry(chain)
    assert expires is not None
    store = Store().with_value("CERT", chain, GIVEN)
    assert rows(store, expires - timedelta(days=30))["CERT"].due == ""
    assert rows(store, expires - timedelta(days=29))["CERT"].due == f"certificate valid until {expires}"
    assert certificate.expiry(Secret("-----BEGIN CERTIFICATE-----\nbad")) is None


def test_missing() -> None:
    """What this environment requires and the store lacks."""
    store = Store().with_value("TOKEN", Secret(TOKEN), GIVEN)
    assert listing.missing(environment("prod"), store.entries, DECLARED) == ("GEN", "GONE")


def test_what_lives_elsewhere_has_a_row() -> None:
    """With who is asked for it: a reference is no secret, its value and so its strength nobody knows here."""
    assert rows(Store())["STRIPE"] == listing.Row("STRIPE", "cmd:op", None, "", None, "", "")
    assert listing.missing(environment("prod"), rows(Store()), DECLARED) == ("GEN",)
    elsewhere = {"TOKEN": "file", "GEN": "env"}
    known = Store().with_value("STRIPE", Secret(TOKEN), GIVEN)
    found = listing.rows(environment("prod"), known, DECLARED, KNOWN, elsewhere, date(2026, 6, 2))
    assert found == (
        listing.Row("STRIPE", "given", 29, "strong", None, "", ""),
        listing.Row("TOKEN", "file", None, "", None, "", "expired on 2026-06-01"),
        listing.Row("GEN", "env", None, "", None, "blake2b", ""),
    )
