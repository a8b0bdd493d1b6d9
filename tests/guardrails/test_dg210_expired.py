from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg210_expired as rule
from dockgate.secrets import certificate
from dockgate.secrets.metadata import SecretMetadata, Source
from tests.guardrails.scenes import TODAY, catches, catches_not, context, file, resolved

DATED = "[TOKEN]\nsecret = true\nexpires = {}\n"
AGED = "[TOKEN]\nsecret = true\nmax-age-days = 90\n"


def on(day: date) -> object:
    return resolved("prod", secrets={"TOKEN": "x"}, declared=DATED.format(day.isoformat()))


def test_catches_a_value_past_its_date() -> None:
    """The day after is too late."""
    catches(rule, context("prod", resolved=on(TODAY - timedelta(days=1))))


def test_catches_not_on_the_day_itself() -> None:
    """The last day counts."""
    catches_not(rule, context("prod", resolved=on(TODAY)))


@pytest.mark.parametrize(("days", "caught"), [(91, True), (90, False)])
def test_a_secret_may_not_be_older_than_the_schema_says(days: int, caught: bool) -> None:  # noqa: FBT001 - a case
    """`max-age-days` counts from the day on which the store got the value."""
    env = resolved("prod", secrets={"TOKEN": "x"}, declared=AGED)
    made = SecretMetadata(Source.GENERATED, 128, TODAY - timedelta(days=days))
    seen = context("prod", resolved=env, made={"TOKEN": made})
    (catches if caught else catches_not)(rule, seen)


def test_catches_not_outside_production() -> None:
    """Elsewhere no user is affected."""
    catches_not(rule, context("dev", resolved=resolved("dev", "TOKEN=x\n", declared=DATED.format("2020-01-01"))))


def token(end: date, start: date | None = None) -> str:
    moment, first = (datetime.combine(day or end, time(12), UTC).timestamp() for day in (end, start))
    claims = {"sub": "someone", "exp": moment, **({"nbf": first} if start else {})}
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"
    )


@pytest.mark.parametrize(
    ("days", "severity"), [(-400, Severity.ERROR), (-1, Severity.ERROR), (0, Severity.WARNING), (13, Severity.WARNING)]
)
def test_catches_the_date_inside_a_token(days: int, severity: Severity) -> None:
    """Past it an error, near it a warning; also inside a longer value."""
    value = f"Bearer {token(TODAY + timedelta(days=days))}"
    [hit] = catches(rule, context("prod", resolved=resolved("prod", secrets={"OTHER": value})))
    assert (hit.name, hit.severity) == ("OTHER", severity)


def test_catches_not_a_token_that_lasts_nor_one_without_a_date() -> None:
    """Nor what only looks like one."""
    values = {
        "A": token(TODAY + timedelta(days=14)),
        "B": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
        "C": "eyJx" + "a" * 20,
    }
    catches_not(rule, context("prod", resolved=resolved("prod", secrets=values, declared="[A]\n[B]\n[C]\n")))


def test_catches_a_certificate_in_a_value_and_in_a_mounted_file() -> None:
    """The first of a chain decides; a bundle of authorities is not judged."""
    made = certificate.certificate(certificate.certificate_key().value, ["shop.example"]).reveal()
    later = datetime.now(UTC).date() + timedelta(days=certificate.VALID_DAYS + 35)
    env = resolved("prod", secrets={"OTHER": made, "TOKEN": made.replace("\n", "\\n")})
    mounted = (file("tls.pem", made * 2, Kind.MOUNTED, "gateway"), file("ca.pem", made * 6, Kind.MOUNTED, "gateway"))
    hits = catches(rule, context("prod", resolved=env, files=mounted, today=later), 3)
    assert [(hit.name, hit.service, hit.location.path) for hit in hits][2] == ("", "gateway", "tls.pem")
    assert all("certificate" in hit.message for hit in hits)
    catches_not(rule, context("prod", resolved=env, files=mounted, today=later - timedelta(days=60)))
    catches_not(rule, context("dev", files=mounted, today=later))


def test_catches_a_secret_that_was_set_in_the_future() -> None:
    """An age below zero says that the clock is wrong, not that the secret is fresh."""
    env = resolved("prod", secrets={"TOKEN": "x"}, declared=AGED)
    made = SecretMetadata(Source.GENERATED, 128, TODAY + timedelta(days=2))
    [hit] = catches(rule, context("prod", resolved=env, made={"TOKEN": made}))
    assert hit.message == "TOKEN was set on 2026-06-03, which is in the future"
    for days in (0, 1):
        tomorrow = SecretMetadata(Source.GENERATED, 128, TODAY + timedelta(days=days))
        catches_not(rule, context("prod", resolved=env, made={"TOKEN": tomorrow}))


def test_the_earlier_of_two_ends_counts() -> None:
    """A date of the schema, or the days since it was set; both say how to renew it."""
    declared = "[TOKEN]\nsecret = true\nexpires = {}\nmax-age-days = 90\n"
    made = SecretMetadata(Source.GENERATED, 128, TODAY - timedelta(days=91))
    for expires, end in (("2026-05-30", "2026-05-30"), ("2027-01-01", "2026-05-31")):
        env = resolved("prod", secrets={"TOKEN": "x"}, declared=declared.format(expires))
        [hit] = catches(rule, context("prod", resolved=env, made={"TOKEN": made}))
        assert (hit.message, hit.name) == (f"TOKEN expired on {end}", "TOKEN")
        assert hit.fix == "inv secrets.rotate TOKEN --env=prod, then correct env/schema.toml"


def test_catches_what_is_not_valid_yet() -> None:
    """A token by `nbf`, a certificate by its first day, in base64 as well; a day is left for the clocks of others."""
    made = certificate.certificate(certificate.certificate_key().value, ["shop.example"]).reveal()
    before = datetime.now(UTC).date() - timedelta(days=400)
    later = TODAY + timedelta(days=800)
    for value, today in (
        (token(later, TODAY + timedelta(days=2)), TODAY),
        (made, before),
        (base64.b64encode(made.encode()).decode(), before),
    ):
        [hit] = catches(rule, context("prod", resolved=resolved("prod", secrets={"OTHER": value}), today=today))
        assert "is not valid before" in hit.message
        assert (hit.severity, hit.service, hit.name) == (Severity.ERROR, "", "OTHER")
    mounted = file("tls.pem", made, Kind.MOUNTED, "gateway")
    [hit] = catches(rule, context("prod", files=(mounted,), today=before))
    assert (hit.severity, hit.service, hit.name) == (Severity.ERROR, "gateway", "")
    begun = resolved("prod", secrets={"OTHER": token(later, TODAY + timedelta(days=1))})
    catches_not(rule, context("prod", resolved=begun))
