"""Names, versions, words and expressions that stand where a secret could."""

from __future__ import annotations

import pytest

from dockgate.detection import credential, lookalikes

NAMES = [
    "^3.0.0 || ^4.0.0",
    "~> 2.1",
    ">= 1.2, < 2.0",
    "npm:^7.0.3",
    "1.0  -  2.0",
    "Passwort vergessen?",
    "A b c d e f",
]
# Each is a name up to its last character; what each word of it may be was tried with what each other may be.
LONG = ["ab-" * 60 + "#", "ab1c-" * 60 + "#", "1.0" + " " * 2_000 + "x", "Xq zr " * 2_000 + "\t", "[" + "a-a" * 3_000]


@pytest.mark.parametrize("text", NAMES)
def test_a_range_or_a_sentence_is_none(text: str) -> None:
    """Under a name that speaks of a secret."""
    assert lookalikes.names_something("token", text)


@pytest.mark.parametrize("text", ["postgres-secret-v2", "us-east-1a", "db1-key2b-3c", "a-b"])
def test_the_name_of_a_resource_is_none(text: str) -> None:
    assert lookalikes.names_something("secret", text)


@pytest.mark.parametrize("text", ["(?:a|b)", "[a-z]+", "[^a-f0-9]{4}", "[^,]+", r"\d{4}"])
def test_an_expression_is_none(text: str) -> None:
    assert lookalikes.is_expression(text)


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_a_long_value_that_is_nearly_a_name_may_be_a_secret(text: str) -> None:
    assert not lookalikes.names_something("secret", text)


@pytest.mark.parametrize("text", ["[a-z]", "a[b]c-d+", "kX7mQ2vN-9pR4tW8z", "3.0 secret"])
def test_what_only_has_signs_of_one_may_be_a_secret(text: str) -> None:
    assert not lookalikes.is_one("token", text)


@pytest.mark.parametrize(
    "text",
    [
        "--storage.tsdb.retention.time=7d",
        "--web.listen-address=:9090",
        "type=image,compression=zstd,compression-level=3,force-compression=true",
        "sum(rate(http_requests_total[5m]))",
        "sum(increase(logins_total{outcome!='accepted'}[1h]))",
    ],
)
def test_what_tells_a_program_what_to_do_is_no_chosen_secret(text: str) -> None:
    """A slow comparison of it, and of each part, would be in vain."""
    assert lookalikes.is_direction(text)
    assert credential.holds_nothing(text)
    assert not credential.may_be_chosen(text)


@pytest.mark.parametrize(
    "text",
    [
        "--token=kQ7vR2mW9xLz",
        "correct-horse=battery,staple=harbour",
        "type=image,password=" + "kq7vr2mw9xlz",
        "x8K(v2Lm)9Qr",
        "horse(battery)staple",
    ],
)
def test_what_may_be_a_chosen_secret_is_no_direction(text: str) -> None:
    """It has signs of an option or a query, and a value that is long enough."""
    assert not lookalikes.is_direction(text)
