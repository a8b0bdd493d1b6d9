"""The dates inside of values."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.secret import Secret
from dockgate.secrets import certificate, expiry
from dockgate.secrets.expiry import Dated

if TYPE_CHECKING:
    from collections.abc import Iterator

MADE = certificate.certificate(certificate.certificate_key().value, ["localhost"]).reveal()
FIRST = MADE[: MADE.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
END = certificate.expiry(Secret(MADE))


def seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def token(**claims: Any) -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in ({"alg": "HS256"}, claims)
    )
    return f"{head}.{body}.c2lnbmVk"


MARCH, MAY = date(2031, 3, 1), date(2031, 5, 2)


@pytest.mark.parametrize(
    "written",
    [
        FIRST,
        f"key\n{FIRST}{FIRST}",
        FIRST * expiry.BUNDLE,
        FIRST.replace("\n", "\\n"),
        base64.b64encode(FIRST.encode()).decode(),
        base64.encodebytes(FIRST.encode()).decode(),
    ],
)
def test_a_certificate(written: str) -> None:
    """The first of a chain; on one line and in base64, too."""
    found = expiry.find(written)
    assert found
    assert (found.kind, found.end) == ("the certificate", END)
    assert found.start
    assert found.start < found.end


@pytest.mark.parametrize(
    "written",
    [
        "",
        FIRST * (expiry.BUNDLE + 1),  # what a program trusts
        FIRST[:-30],
        FIRST.replace("MII", "???"),
        base64.b64encode(b"-----BEGIN CERTIFICATE-----\n\xff\xff\xff\xff").decode(),
        token(sub="me"),
        token(exp="soon"),
        token(exp=1e30),
        token(exp=[1]),
        "eyJhbGciOiJIUzI1NiJ9.eyJub3QganNvbg.c2ln",
    ],
)
def test_what_has_no_date(written: str) -> None:
    assert expiry.find(written) is None


@pytest.fixture(autouse=True)
def own_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the zone of the machine again when a test changed it."""
    yield
    monkeypatch.delenv("TZ", raising=False)
    time.tzset()


@pytest.mark.parametrize("padding", ["", "x", "xx", "xxx"])
def test_a_token(padding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the day on which it begins, where it says so; a day is that of UTC, wherever the machine is."""
    monkeypatch.setenv("TZ", "EST5")
    time.tzset()
    assert expiry.find(f"TOKEN={token(exp=seconds(MAY), sub=padding)}") == Dated("the token", MAY)
    both = token(exp=seconds(MAY), nbf=seconds(MARCH), sub=padding)
    assert expiry.find(both) == Dated("the token", MAY, MARCH)


def test_what_ends_first_counts() -> None:
    """Of several tokens, and of a token and a certificate."""
    several = f"{token(exp=seconds(MAY))} {token(exp=seconds(MARCH))} {token(sub='me')}"
    assert expiry.find(several) == Dated("the token", MARCH)
    found = expiry.find(f"{FIRST}{token(exp=seconds(date(2001, 1, 1)))}{token(exp=seconds(date(2999, 1, 1)))}")
    assert found == Dated("the token", date(2001, 1, 1))
    late = expiry.find(f"{FIRST}{token(exp=seconds(date(2999, 1, 1)))}")
    assert late
    assert late.kind == "the certificate"
