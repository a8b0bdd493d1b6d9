from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockgate.images import dockerfile
from dockgate.images.dockerfile import Instruction

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
    assert found[1].text == "apt-get update &&      apt-get install -y x"
    assert found[2].text == "<<EOF\ncurl https://x"


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
    assert [each.text for each in dockerfile.instructions("RUN a \\\n# the end\n")] == ["a"]


def test_pairs_of_env() -> None:
    """Both spellings."""
    found = list(dockerfile.instructions(TEXT))
    assert list(dockerfile.pairs(found[4])) == [("A", "1"), ("B", "two words"), ("C", "${A}")]
    assert list(dockerfile.pairs(found[5])) == [("OLD", "style value")]
    (label,) = dockerfile.instructions("LABEL a b")
    assert list(dockerfile.pairs(label)) == []
    (argument,) = dockerfile.instructions("ARG A='X y' B= C")
    assert list(dockerfile.pairs(argument)) == [("A", "X y")]


def test_directives_stand_at_the_top() -> None:
    """With their lines."""
    assert dockerfile.directives(TEXT) == {"syntax": ("docker/dockerfile:1", 1), "escape": ("`", 2)}
    text = "\ufeff#Escape = ` \n#escape=x\nFROM a\n# check=b\n"
    assert dockerfile.directives(text) == {"escape": ("`", 1)}
    assert list(dockerfile.instructions(text)) == [Instruction("FROM", "a", 3, 0)]


def test_a_byte_order_mark_is_not_of_the_first_instruction() -> None:
    """BuildKit skips it."""
    assert list(dockerfile.instructions("\ufeffFROM a\n")) == [Instruction("FROM", "a", 1, 0)]


def test_only_what_runs_or_copies_has_here_documents() -> None:
    """Each ends with its own word, indented or not; what never ends takes the rest."""
    text = "FROM a\nENV A=<<X\nADD <<-'X' /x\nb\n  X\nRUN <<\"Y\"\nc\nX\n"
    assert [(each.keyword, each.text, each.line) for each in dockerfile.instructions(text)] == [
        ("FROM", "a", 1),
        ("ENV", "A=<<X", 2),
        ("ADD", "<<-'X' /x\nb", 3),
        ("RUN", '<<"Y"\nc\nX', 6),
    ]


@given(st.text(alphabet=st.sampled_from("FROM RUN\\\n#<E=\"'$x "), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Half a Dockerfile is still looked at."""
    for each in dockerfile.instructions(text):
        list(dockerfile.pairs(each))
