from __future__ import annotations

import re

import pytest

from dockgate.detection import text_lines, windows
from dockgate.detection.assignments import Form

FORM = re.compile(r"name=(\w+)")
SIGN = re.compile("=")
CODE = "function(e,t){return e(t)};"
LONG = CODE * 400


def test_of_a_long_line_each_place_with_a_sign_is_searched() -> None:
    line = f"name=first;{LONG}name=second;{LONG}name=third"
    found = [match[1] for match in windows.finditer(FORM, line, SIGN)]
    assert found == ["first", "second", "third"]


def test_places_that_touch_are_one() -> None:
    line = f"{LONG}name=a;name=b;{LONG}"
    (place,) = windows.around(line, SIGN)
    assert line[slice(*place)].count("name=") == 2


@pytest.mark.parametrize(
    ("signs", "length", "places"),
    [
        ([], 2_000, []),
        ([1_000], 2_000, [(800, 1_601)]),
        ([5], 2_000, [(0, 606)]),
        ([1_990], 2_000, [(1_790, 2_000)]),
        ([1_000, 1_801], 3_000, [(800, 2_402)]),
        ([1_000, 1_802], 3_000, [(800, 1_601), (1_602, 2_403)]),
        ([0, 1_000], 3_000, [(0, 601), (800, 1_601)]),
    ],
)
def test_a_place_is_some_characters_before_and_behind_a_sign(
    signs: list[int], length: int, places: list[tuple[int, int]]
) -> None:
    """Two hundred in front of it and six hundred behind, as far as the line goes."""
    line = "".join("=" if place in signs else "x" for place in range(length))
    assert [*windows.around(line, SIGN)] == places


@pytest.mark.parametrize(("length", "whole"), [(5_000, True), (5_001, False)])
def test_a_line_is_long_from_five_thousand_characters_on(length: int, *, whole: bool) -> None:
    line = "name=a".rjust(length)
    assert bool([*windows.finditer(FORM, line, re.compile("never"))]) is whole


def test_a_short_line_is_searched_whole() -> None:
    assert [match[1] for match in windows.finditer(FORM, "name=a", re.compile("never"))] == ["a"]


DRAWN = "x8Kv2Lm9Qr" + "5tW1zN4b"
WAYS = {
    "pair": '{"name":"DB_PASSWORD","value":"%s"}',
    "pair, the other way": '{"value":"%s","name":"DB_PASSWORD"}',
    "header": 'fetch(u,{headers:{"Authorization":"Bearer %s"}})',
    "header of its own": 'h("X-Api-Token: %s")',
    "sign in": 'smtp.login("ops","%s")',
    "three arguments": 'new PDO("mysql:host=db","app","%s")',
    "JSON in JSON": 'x="{\\"db_password\\":\\"%s\\"}"',
    "assignment": 'db_password="%s"',
    "call": 'getenv("DB_PASSWORD","%s")',
    "operand": 'process.env.DB_PASSWORD||"%s"',
}


@pytest.mark.parametrize("way", WAYS)
def test_a_bundle_is_read_as_a_line_of_the_same_code_is(way: str) -> None:
    said = WAYS[way] % DRAWN
    alone = list(text_lines.in_line(said, Form.PROGRAM))
    assert alone
    assert set(alone) <= set(text_lines.in_line(f"{LONG}{said};{LONG}", Form.PROGRAM))


@pytest.mark.parametrize("other", ["", "İ"])
def test_a_sign_counts_in_any_letters_beside_any_others(other: str) -> None:
    """Signs are in small letters; of a letter that becomes two in small ones, the places would be wrong."""
    line = f"{other * 300}{LONG}Name=First;{LONG}"
    found = [match[1] for match in windows.finditer(re.compile(r"Name=(\w+)"), line, re.compile("name="))]
    assert found == ["First"]
