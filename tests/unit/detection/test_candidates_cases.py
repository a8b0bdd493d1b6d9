"""The candidates of short values, whole and in order."""

from __future__ import annotations

import pytest

from dockgate.detection import candidates


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("walrus7", []),
        ("walrus77", ["walrus77"]),
        (" 'walrus77' ", [" 'walrus77' ", "'walrus77'", "walrus77", " 'walrus77'", "'walrus77' "]),
        ("(walrus 77)", ["(walrus 77)", "walrus 77"]),
        ("a, walrus77", ["a, walrus77", "walrus77", " walrus77"]),
        (
            "postgres://app:wal%40rus77@h/d",
            [
                "postgres://app:wal%40rus77@h/d",
                "postgres://app:wal@rus77@h/d",
                "app:wal%40rus77",
                "app:wal@rus77",
                "wal%40rus77",
                "wal@rus77",
                "//app:wal%40rus77@h/d",
                "postgres",
                "//app:wal@rus77@h/d",
            ],
        ),
        ("x -pwalrus77", ["x -pwalrus77", "walrus77", "-pwalrus77"]),
        (
            "host:5432:db:app:walrus77",
            ["host:5432:db:app:walrus77", "5432:db:app:walrus77", "db:app:walrus77", "app:walrus77", "walrus77"],
        ),
        ("pw=walrus77;x=1", ["pw=walrus77;x=1", "walrus77", "walrus77;x=1", "pw=walrus77"]),
        ("'it''s walrus'", ["'it''s walrus'", "'it's walrus'", "it''s walrus", "it's walrus"]),
        ("{a}}walrus7}", ["{a}}walrus7}", "{a}walrus7}", "a}}walrus7", "a}walrus7"]),
        (
            "one two walrus orbit three four",
            [
                "one two walrus orbit three four",
                "one two walrus orbit three",
                "one two walrus orbit",
                "two walrus orbit three four",
                "two walrus orbit three",
                "two walrus orbit",
                "walrus orbit three four",
                "walrus orbit three",
                "walrus orbit",
            ],
        ),
        ("a=b=walrus77", ["a=b=walrus77", "b=walrus77", "walrus77"]),
    ],
)
def test_the_candidates_of_a_value(value: str, found: list[str]) -> None:
    """Whole values first; of eight characters at least."""
    assert [*candidates.candidates(value)] == found


@pytest.mark.parametrize(
    ("value", "spans", "drawn"),
    [
        (
            "walrus-77_orbit",
            ["walrus-77", "walrus-77_", "walrus-77_orbit", "-77_orbit", "77_orbit"],
            ["walrus-77", "walrus-77_", "walrus-77_orbit", "-77_orbit", "77_orbit"],
        ),
        (
            "pw=walrus-77 'x y walrus'",
            ["pw=walrus", "pw=walrus-", "pw=walrus-77", "=walrus-", "=walrus-77", "walrus-77"],
            ["walrus-77"],
        ),
        ("walrus-orbit", ["walrus-orbit"], []),
        ("Walrus-orbit", ["Walrus-orbit"], ["Walrus-orbit"]),
        ("a walrus77", ["walrus77"], ["walrus77"]),
        (
            "k=walrus~77=orbit",
            [
                "k=walrus",
                "k=walrus~",
                "k=walrus~77",
                "k=walrus~77=",
                "k=walrus~77=orbit",
                "=walrus~",
                "=walrus~77",
                "=walrus~77=",
                "=walrus~77=orbit",
                "walrus~77",
                "walrus~77=",
                "walrus~77=orbit",
                "~77=orbit",
                "77=orbit",
            ],
            [],
        ),
    ],
)
def test_the_stretches_of_a_value(value: str, spans: list[str], drawn: list[str]) -> None:
    """Between any two signs; those of letters, digits, `-` and `_` where one is a digit or a capital."""
    assert ([*candidates.spans(value, 8)], [*candidates.drawn(value, 8)]) == (spans, drawn)


def test_every_window_of_a_length() -> None:
    assert [*candidates.windows("x walrus77 Walrus77x", 8, "aWlrsuw7")] == ["walrus77", "Walrus77"]
    assert [*candidates.windows("walrus77x", 8, "walrsux7")] == ["walrus77", "alrus77x"]


def test_of_a_part_with_many_signs_only_stretches_of_few() -> None:
    """Sixteen in a row anywhere, and forty at each end with each other."""
    part = "".join(f"{number:02d}." for number in range(60))
    found = candidates.spans(part, 8)
    cuts = [0, *(place for number in range(60) for place in (number * 3 + 2, number * 3 + 3))]
    expected = {
        part[start:end]
        for first, start in enumerate(cuts)
        for last, end in enumerate(cuts)
        if end - start >= 8
        and (last - first <= 16 or (min(first, len(cuts) - 1 - first) < 40 and min(last, len(cuts) - 1 - last) < 40))
    }
    assert {*found} == expected


def test_what_stands_in_front_of_the_last_host() -> None:
    assert "walrus@orbit77" in candidates.candidates("x:walrus@orbit77@db")


@pytest.mark.parametrize(
    ("piece", "found"),
    [
        ("walrus =7\\", "walrus =7"),
        ("\\walrus=7", "\\walrus=7"),
        (" walrus=7", None),
        ("s" * 200, "s" * 200),
    ],
)
def test_what_stands_between_quotes_of_a_long_text(piece: str, found: str | None) -> None:
    """With blanks in it, without the sign in front of an escaped quote; it begins with none and is no text itself."""
    text = f'{"(" * 1_001}"{piece}"'
    stretches = candidates.spans(text, 8)
    assert (found in stretches) if found else (piece not in stretches)
