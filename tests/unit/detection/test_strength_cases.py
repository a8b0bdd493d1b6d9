"""Bits of a value, and which values are not estimated at all."""

from __future__ import annotations

import math

import pytest

from dockgate.detection import strength

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
