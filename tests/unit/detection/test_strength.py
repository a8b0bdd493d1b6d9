"""How hard a value is to guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import strength


@pytest.mark.parametrize(
    "value", ["", "changeme", "correcthorse", "a" * 500, "abc123" * 20, "postgres", "Passw0rd!2026"]
)
def test_what_people_choose_is_weak(value: str) -> None:
    """Words, repetitions and dates, at any length."""
    assert strength.bits(value) < 64


@pytest.mark.parametrize(
    "value", ["Zq3xW9vKt5Lm8RbN2yHs7Jd4", "9f86d081884c7d659a2feaa0c55ad015", "é" * 3 + "Zq3xW9vKt5Lm8RbN2yHs7"]
)
def test_what_a_machine_chose_is_strong(value: str) -> None:
    """Random letters, hex and other alphabets."""
    assert strength.bits(value) >= 64


@pytest.mark.parametrize("value", ["12345\n67890\n24680\n", "12345\n67890\n24680"])
def test_an_estimator_that_fails_is_no_fault_of_the_value(value: str) -> None:
    """Digits over several lines are dates to zxcvbn, which cannot read them; they are as weak as without the lines."""
    assert 0 < strength.bits(value) < 64
    assert strength.is_weak(value)


@given(st.text(alphabet="0123456789\n\t ./-²٣৪aB", max_size=80))
def test_no_text_ends_the_estimate(value: str) -> None:
    """Whatever the digits of the world are."""
    assert strength.bits(value) >= 0


@given(st.text(max_size=100))
def test_the_ceiling_is_never_below(value: str) -> None:
    """So a string whose ceiling is too low cannot be a fingerprinted secret."""
    assert strength.ceiling(value) >= strength.bits(value)


@pytest.mark.parametrize(
    ("value", "demo"),
    [
        ("kupferelch", True),
        ("postgres://app:kupferelch@db.example.org:5432/a-long-name-of-a-database", True),
        ("q7Vw2ZkT9mXc4" + "LhB8nRf1", False),
        ("postgres://app:q7Vw2ZkT9mXc4" + "LhB8nRf1@db/x", False),
        ("correct-horse-battery-7", True),
        ("aaaaaaaaaaaaaaaaaaaaaaaa1", True),
        ("1234567890abcdefghij1234", True),
        ("passwordpassword12345678", True),
        ("${DB_PASSWORD_OF_THE_SHOP:-kupferelch}", True),
        ("${DB_PASSWORD:-${POSTGRES_PASSWORD:-kupferelch}}", True),
        ("postgres://app:${DB_PASSWORD_OF_THE_SHOP:-kupferelch}@db:5432/a-long-name", True),
        ("${DB_PASSWORD:-q7Vw2ZkT9mXc4" + "LhB8nRf1}", False),
        ("postgres://app:${A:-${B:-q7Vw2ZkT9mXc4" + "LhB8nRf1}}@db/x", False),
    ],
)
def test_a_demonstrations_password_is_one_that_production_would_refuse(value: str, *, demo: bool) -> None:
    """Of an address, its password counts, and of a reference its default."""
    assert strength.is_demo(value) is demo
