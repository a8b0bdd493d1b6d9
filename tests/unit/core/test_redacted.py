from __future__ import annotations

from dockgate.core.redacted import Redacted


class Lent(Redacted, frozen=True):
    unshown = frozenset({"value"})

    name: str
    value: str
    place: int = 1


def test_what_is_not_to_be_shown_is_in_no_representation() -> None:
    """Neither in Python's own nor in the one that pretty printers ask for."""
    lent = Lent("TOKEN", "hunter2")
    assert repr(lent) == "Lent(name='TOKEN', place=1)"
    assert lent.__rich_repr__() == [("name", "TOKEN"), ("place", 1)]
    assert "hunter2" not in f"{lent} {[lent]!r}"
