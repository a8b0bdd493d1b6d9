"""How hard a value is to guess."""

from __future__ import annotations

import math

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


DRAWN = "q7Vw2ZkT9mXc4LhB8nRf"


@pytest.mark.parametrize(
    ("value", "bits"), [("", 0.0), ("a", 0.0), ("aaaa", 0.0), ("abab", 4.0), ("abcd", 8.0), ("abcdefgh" * 2, 48.0)]
)
def test_the_most_that_characters_can_say(value: str, bits: float) -> None:
    assert strength.ceiling(value) == bits


def test_an_estimate_is_of_the_beginning_and_no_more_than_the_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it fails, of the plain letters and digits; where that fails too, it says nothing."""
    seen: list[str] = []

    def estimate(value: str) -> dict[str, float]:
        seen.append(value)
        if "\n" in value or value == "12":
            raise ValueError
        return {"guesses": 2.0**10}

    monkeypatch.setattr("zxcvbn.zxcvbn", estimate)
    assert strength.bits("ab" * 40) == 10
    assert strength.bits("abcd") == 8
    assert strength.bits("a\n-b12345") == 10
    assert strength.bits("1\n2") == 0
    assert seen == ["ab" * 36, "abcd", "a\n-b12345", "ab12345", "1\n2", "12"]


@pytest.mark.parametrize(
    ("value", "wanted", "weak"),
    [
        (DRAWN, 64, False),
        (DRAWN, 87, True),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, True),
        ("passwordpassword", 30, True),
    ],
)
def test_weak_is_less_than_is_wanted(value: str, wanted: float, *, weak: bool) -> None:
    assert strength.is_weak(value, wanted) is weak
    assert strength.ceiling(DRAWN) == pytest.approx(20 * math.log2(20))


@pytest.mark.parametrize(
    ("value", "estimated"),
    [
        (DRAWN, []),
        (DRAWN[:19], [DRAWN[:19]]),
        (f"{DRAWN}!", [f"{DRAWN}!"]),
        ("walrus-orbit-copper-meadow-7", ["walrus-orbit-copper-meadow-7"]),
        (f"postgres://a:{DRAWN}@h", []),
        (f"x://b:walrus7@h postgres://a:{DRAWN}@h", ["walrus7"]),
        (f"${{X:-{DRAWN}}}", []),
        ("1234567890abcdefghij1234", ["1234567890abcdefghij1234"]),
    ],
)
def test_what_is_certainly_strong_is_not_estimated(
    monkeypatch: pytest.MonkeyPatch, value: str, estimated: list[str]
) -> None:
    """Twenty letters and digits that are neither words nor filler."""
    seen: list[str] = []

    def is_weak(value: str) -> bool:
        seen.append(value)
        return True

    monkeypatch.setattr(strength, "is_weak", is_weak)
    assert strength.is_demo(value) is (DRAWN not in value or value.endswith("!"))
    assert seen == estimated
