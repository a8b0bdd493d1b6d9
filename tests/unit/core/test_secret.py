"""A secret shows itself nowhere."""

from __future__ import annotations

import pickle

import pytest

from dockgate.core.secret import MASK, Secret

VALUE = "correct-horse-battery"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{:>40}".format, "{!r}".format, lambda s: f"{[s]}"])
def test_is_masked_however_it_is_printed(show: object) -> None:
    """Neither the value nor its length."""
    shown = show(Secret(VALUE))  # type: ignore[operator]  # one of the callables above
    assert MASK in shown
    assert VALUE[:3] not in shown
    assert len(str(Secret("x"))) == len(str(Secret(VALUE)))


def test_reveals_on_call_only() -> None:
    """The value needs a call."""
    assert Secret(VALUE).reveal() == VALUE
    assert not hasattr(Secret(VALUE), "__dict__")


def test_compares_by_value() -> None:
    """Two secrets are equal when their values are; a secret equals no string."""
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret("other")
    assert Secret(VALUE) != VALUE
    assert len({Secret(VALUE), Secret(VALUE)}) == 1
    assert not Secret("")


def test_is_not_pickled() -> None:
    """A pickle would be a copy in clear."""
    with pytest.raises(TypeError, match=r"^a Secret cannot be pickled$"):
        pickle.dumps(Secret(VALUE))
