"""The words, pipelines and brackets of a shell script."""

from __future__ import annotations

import pytest

from dockgate.compose.shell_words import SUBSTITUTED, innermost, pipelines, tokens


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("a 'b c' \"d\" # X e", ["a", "b c", "d", "#", "X", "e"]),
        ("a \\\n b\nc", ["a", "b", ";", "c"]),
        ("(a)||b&&c", ["(", "a", ")", "||", "b", "&&", "c"]),
        ("a>&2 <b >>c;;d|&e", ["a", ">&", "2", "<", "b", ">>", "c", ";;", "d", "|&", "e"]),
        ("a $(b $(c) `d`) $((1+1))", ["a", SUBSTITUTED, SUBSTITUTED]),
        ("a=`b c`d", [f"a={SUBSTITUTED}d"]),
        ("a 'b", []),
        ("", []),
    ],
)
def test_words_and_operators(script: str, words: list[str]) -> None:
    assert tokens(script) == words


def test_pipelines_have_the_operator_before_them() -> None:
    words = ["a", "1", "|", "b", "|&", "c", "&&", "d", ";", ";", "e", "&"]
    assert list(pipelines(words)) == [("", [["a", "1"], ["b"], ["c"]]), ("&&", [["d"]]), (";", [["e"]])]
    assert list(pipelines(["||", "a"])) == [("||", [["a"]])]


@pytest.mark.parametrize(
    ("words", "place"),
    [("( a ( b ) )", (2, 4)), ("( ) ( )", (0, 1)), ("( a", None), ("a )", None), (") (", None), ("", None)],
)
def test_the_first_pair_without_another_in_it(words: str, place: tuple[int, int] | None) -> None:
    assert innermost(words.split(), "(", ")") == place
