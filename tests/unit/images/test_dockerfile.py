from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockgate.images import dockerfile

TEXT = """\
# syntax=docker/dockerfile:1
# escape=`
FROM debian AS build
# a comment
RUN apt-get update && `
    # in between
    apt-get install -y x
RUN <<EOF
curl https://x
EOF
from scratch
ENV A=1 B="two words" C=${A}
ENV OLD style value
"""


def test_instructions_know_line_stage_and_whole_text() -> None:
    """Continued lines and here-documents are joined; comments between continued lines are none of it."""
    found = list(dockerfile.instructions(TEXT))
    assert [(each.keyword, each.line, each.stage) for each in found] == [
        ("FROM", 3, 0),
        ("RUN", 5, 0),
        ("RUN", 8, 0),
        ("FROM", 11, 1),
        ("ENV", 12, 1),
        ("ENV", 13, 1),
    ]
    assert "apt-get install -y x" in found[1].text
    assert found[2].text.endswith("curl https://x")


def test_what_is_no_instruction_ends_nothing() -> None:
    """Blank lines, comments and half words: what follows counts."""
    text = "\n# first\nFROM\n  # indented\nFROM a\n?\nrun one\nCOPY <<A <<B /x/\nin a\nA\nin b\nB\nUSER app\n"
    assert [(each.keyword, each.text, each.line, each.stage) for each in dockerfile.instructions(text)] == [
        ("FROM", "a", 5, 0),
        ("RUN", "one", 7, 0),
        ("COPY", "<<A <<B /x/\nin a\nin b", 8, 0),
        ("USER", "app", 13, 0),
    ]


def test_blanks_end_no_continued_line() -> None:
    """Neither behind its sign, nor on a line of their own: BuildKit takes them for a slip."""
    text = "RUN one \\  \n  two \\\t\n\n  three\\\nUSER app\n"
    assert [each.text.split() for each in dockerfile.instructions(text)] == [["one", "two", "three", "USER", "app"]]
    assert [each.keyword for each in dockerfile.instructions("RUN a \\ \n USER b\n")] == ["RUN"]


def test_pairs_of_env() -> None:
    """Both spellings."""
    found = list(dockerfile.instructions(TEXT))
    assert list(dockerfile.pairs(found[4])) == [("A", "1"), ("B", "two words"), ("C", "${A}")]
    assert list(dockerfile.pairs(found[5])) == [("OLD", "style value")]


def test_directives_stand_at_the_top() -> None:
    """With their lines."""
    assert dockerfile.directives(TEXT) == {"syntax": ("docker/dockerfile:1", 1), "escape": ("`", 2)}


@given(st.text(alphabet=st.sampled_from("FROM RUN\\\n#<E=\"'$x "), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Half a Dockerfile is still looked at."""
    for each in dockerfile.instructions(text):
        list(dockerfile.pairs(each))
