"""What is said of two values of a secret that a merge keeps: how each came about, and when."""

from __future__ import annotations

import pytest

from dockgate.core.secret import Secret
from dockgate.secrets import conflicts
from dockgate.secrets.conflicts import Conflict, Side
from tests.unit.secrets.secretproject import GENERATED, GIVEN


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "removed"),
        ("A='x'\n", "of unknown origin"),
        ("\n", "of unknown origin"),
        (
            f"# mine\n  {GENERATED.line('A', Secret('x'))} \n{GIVEN.line('A', Secret('x'))}\nA='x'",
            "generated on 2026-05-04",
        ),
        (f"{GIVEN.line('A', Secret('x'))}\nA='x'", "given on 2026-05-04"),
    ],
)
def test_where_a_value_is_from(text: str, said: str) -> None:
    """Never the value itself."""
    assert conflicts.described(Conflict("A", Secret(text), Secret(""))) == f"A: ours {said}, theirs removed"
    assert conflicts.described(Conflict("A", Secret(""), Secret(text))) == f"A: ours removed, theirs {said}"


def test_a_conflict_is_a_comment_with_both() -> None:
    """In base64, for they have lines; a dash stands for what was removed."""
    made = Conflict("A", Secret("ä\nb"), Secret(""))
    assert made.line() == "# dockgate-conflict: A w6QKYg== -\n"
    assert conflicts.parse(f" {made.line()}") == made
    assert conflicts.parse("# dockgate-conflict: A w6QKYg==") is None
    assert (made.of(Side.OURS), made.of(Side.THEIRS)) == ("ä\nb", "")


@pytest.mark.parametrize("names", [["A"], ["A", "B"]])
def test_the_way_to_choose_names_the_first(names: list[str]) -> None:
    way = "inv secrets.merge --env=prod --ours=A or inv secrets.merge --env=prod --theirs=A"
    assert conflicts.choices(names, "prod") == way.replace("or inv secrets.merge --env=prod ", "or ")
    assert conflicts.choices([], "prod") == ""
