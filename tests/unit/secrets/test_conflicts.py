"""What is said of two values of a secret that a merge keeps: how each came about, and when."""

from __future__ import annotations

import pytest

from dockgate.core.secret import Secret
from dockgate.secrets import conflicts
from dockgate.secrets.conflicts import Conflict

DRAWN = "# generated: password:32 on 2026-05-04\nA='x'"


@pytest.mark.parametrize(
    ("text", "said"), [("", "removed"), ("A='x'\n", "of unknown origin"), ("\n", "of unknown origin")]
)
def test_where_a_value_is_from(text: str, said: str) -> None:
    """Never the value itself."""
    assert conflicts.described(Conflict("A", Secret(text), Secret(""))) == f"A: ours {said}, theirs removed"
    assert conflicts.described(Conflict("A", Secret(""), Secret(text))) == f"A: ours removed, theirs {said}"


@pytest.mark.parametrize("names", [["A"], ["A", "B"]])
def test_the_way_to_choose_names_the_first(names: list[str]) -> None:
    way = "inv secrets.merge --env=prod --ours=A or inv secrets.merge --env=prod --theirs=A"
    assert conflicts.choices(names, "prod") == way.replace("or inv secrets.merge --env=prod ", "or ")
    assert conflicts.choices([], "prod") == ""
