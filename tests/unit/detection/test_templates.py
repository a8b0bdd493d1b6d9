"""References in texts: what a text says itself, and what counts where nothing is set."""

from __future__ import annotations

import re

import pytest

from dockgate.detection import templates


def nested(depth: int) -> str:
    """Return a default in a default, so many times."""
    return "x" if not depth else f"${{A{depth}:-{nested(depth - 1)}}}"


@pytest.mark.parametrize(
    ("text", "pieces", "defaults", "filled"),
    [
        ("plain", ["plain"], [], "plain"),
        ("a${B}c", ["a", "c"], [], "a${B}c"),
        ("${B:-x}", [], [("B", "x")], "x"),
        ("a${B-x}c${D:-y}", ["a", "c"], [("B", "x"), ("D", "y")], "axcy"),
        ("${A:-${B:-x}}", [], [("A", "${B:-x}"), ("B", "x")], "x"),
        ("${A:-a${B}c}", [], [("A", "a${B}c")], "a${B}c"),
        ("${db.pw:x}", [], [("db.pw", "x")], "x"),
        ("${A:?x}", [], [], "${A:?x}"),
        ("${A:+x}", [], [], "${A:+x}"),
        ("${input:x}", [], [], "${input:x}"),
        ("${1:-x}", [], [("1", "x")], "x"),
        ("{{ a }}b", ["b"], [], "{{ a }}b"),
        ("$A-b", ["-b"], [], "$A-b"),
    ],
)
def test_what_a_text_says(text: str, pieces: list[str], defaults: list[tuple[str, str]], filled: str) -> None:
    assert [*templates.pieces(text)] == pieces
    assert [*templates.defaults(text)] == defaults
    assert templates.filled(text) == filled
    assert templates.refers(text) is (pieces != [text])


@pytest.mark.parametrize(("depth", "count"), [(3, 3), (8, 8), (9, 8)])
def test_defaults_in_each_other_are_followed_so_far(depth: int, count: int) -> None:
    found = [*templates.defaults(nested(depth), 8)]
    assert [name for name, _ in found] == [f"A{number}" for number in range(depth, depth - count, -1)]
    assert found == [*templates.defaults(nested(depth))]
    assert templates.filled(nested(depth)) == ("x" if count == depth else nested(depth - count))


@pytest.mark.parametrize(
    ("text", "matches"),
    [("()", True), ("(a(b)c(d))", True), ("(a(b(c)))", False), ("(a(b)", False), ("(a)b", False), ("a", False)],
)
def test_brackets_in_brackets(text: str, *, matches: bool) -> None:
    """As deep as it says; four pairs in one, where it says nothing."""
    assert bool(re.fullmatch(templates._nested(r"\(", r"\)", 1), text)) is matches
    usual = templates._nested(r"\(", r"\)")
    assert re.fullmatch(usual, "(x" * 5 + ")" * 5)
    assert not re.fullmatch(usual, "(x" * 6 + ")" * 6)
