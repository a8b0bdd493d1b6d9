"""Stores of two branches, merged by the name of each secret."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets import merge
from dockgate.secrets.conflicts import Side
from dockgate.secrets.store import Store
from tests.unit.secrets.secretproject import GENERATED, GIVEN

BASE = {"KEPT": "kept-value", "CHANGED": "old-value", "GONE": "gone-value"}
SEVERAL = "line 'one'\nline \\two\n# no comment"


def store(**values: str) -> Store:
    """Return a store with these values."""
    made = Store(shown="env/prod.secrets.age")
    for name, value in values.items():
        made = made.with_value(name, Secret(value), GENERATED)
    return made


def values(found: Store) -> dict[str, str]:
    return {name: entry.value.reveal() for name, entry in found.entries.items()}


def test_each_branch_keeps_what_it_alone_changed() -> None:
    """Added, changed and removed on either side, with what is recorded about a value."""
    ours = store(**BASE, OURS="ours-value").without("GONE")
    theirs = store(**BASE, THEIRS=SEVERAL).with_value("CHANGED", Secret("new-value"), GIVEN)
    done = merge.merge(store(**BASE), ours, theirs)
    expected = {"KEPT": "kept-value", "CHANGED": "new-value", "OURS": "ours-value", "THEIRS": SEVERAL}
    assert values(done.store) == expected
    assert done.taken == ("CHANGED", "THEIRS")
    assert done.store.entries["CHANGED"].metadata == GIVEN
    assert values(merge.merge(store(**BASE), theirs, ours).store) == expected


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("mine", "yours"), ("mine", None), (None, "yours"), (SEVERAL, "")],
    ids=["changed twice", "removed by theirs", "removed by ours", "several lines"],
)
def test_both_values_are_kept_until_one_is_chosen(ours: str | None, theirs: str | None) -> None:
    """A store with both is refused everywhere; either choice gives one branch's value."""
    sides = [
        store(**BASE).without("CHANGED") if value is None else store(**{**BASE, "CHANGED": value})
        for value in (ours, theirs)
    ]
    both = merge.merge(store(**BASE), *sides).store
    assert set(both.conflicts) == {"CHANGED"}
    with pytest.raises(ConfigError, match="two values of CHANGED") as caught:
        _ = both.entries
    assert str(caught.value) == (
        "env/prod.secrets.age: a merge is not finished: two values of CHANGED\n"
        "  → inv secrets.merge --env=… --ours=CHANGED or --theirs=CHANGED"
    )
    again = Store(both.text, both.shown)  # as it comes back from the file
    for side, value in ((Side.OURS, ours), (Side.THEIRS, theirs)):
        assert values(merge.chosen(again, {"CHANGED": side})).get("CHANGED") == value


def test_without_a_common_ancestor_nothing_is_taken_for_removed() -> None:
    """Two branches that began the store: what one has is kept, what both have must be the same."""
    done = merge.merge(Store(), store(A="value-a", B="value-b"), store(B="value-b", C="value-c", A="other-a"))
    assert set(done.store.conflicts) == {"A"}
    assert set(merge.chosen(done.store, {"A": Side.OURS}).entries) == {"A", "B", "C"}


def test_recipients_are_merged_like_secrets() -> None:
    """Whom one branch lets in gets in, whom one removes does not stay."""
    base, ours, theirs = (store(A="a").addressed(keys.split()) for keys in ("k1 k2", "k1 k2 k3", "k1 k4"))
    assert merge.merge(base, ours, theirs).recipients == {"k1", "k3", "k4"}


def test_a_choice_of_what_is_no_conflict_is_refused() -> None:
    """With the names that are one."""
    both = merge.merge(Store(), store(A="mine", C="mine"), store(A="yours", C="yours")).store
    with pytest.raises(ConfigError) as caught:
        merge.chosen(both, {"AB": Side.OURS})
    assert str(caught.value) == "AB has no merge conflict. Did you mean A?\n  → secrets with two values: A, C"
    with pytest.raises(ConfigError) as caught:
        merge.chosen(store(A="a"), {"B": Side.OURS})
    assert str(caught.value) == "B has no merge conflict.\n  → secrets with two values: none"
