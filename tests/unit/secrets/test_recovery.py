"""What says of a store, without its values, that a change got into it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from dockgate.core.secret import Secret
from dockgate.secrets import recovery
from dockgate.secrets.store import Store
from dockgate.system import audit, marks
from tests.unit.secrets.secretproject import project

if TYPE_CHECKING:
    from pathlib import Path

KEY = "6b" * 32
STORE = "env/prod.secrets.age"


def store(key: str = KEY, **values: str) -> Store:
    """Return a store of these values, with a key of its own where one is given."""
    lines = [f"# dockgate-key: {key}"] if key else []
    return Store(Secret("\n".join([*lines, *(f"{name}='{value}'" for name, value in values.items()), ""])))


def test_a_digest_is_about_the_named_values_alone() -> None:
    """In whatever order they are named; one that the store lacks changes nothing."""
    known = recovery.digest(store(A="1", B="2", C="3"), ["B", "A"])
    assert known == recovery.digest(store(A="1", B="2"), ["A", "B", "GONE"])
    assert known != recovery.digest(store(A="1", B="3"), ["A", "B"])
    assert known != recovery.digest(store("6c" * 32, A="1", B="2"), ["A", "B"])
    data = b'{"A": "1", "B": "2"}'
    assert known == hashlib.blake2b(data, key=bytes.fromhex(KEY), digest_size=16).hexdigest()


def test_without_the_key_of_a_store_there_is_no_digest() -> None:
    """Whoever has none could try values against it."""
    assert recovery.digest(store("", A="1"), ["A"]) == ""


def test_what_was_begun_on_a_store_that_is_gone_is_over(tmp_path: Path) -> None:
    """Neither fingerprints nor recipients are written for it, and nothing is in the audit log."""
    made = project(tmp_path)
    store_marked = marks.marked(made, STORE, "store", "one", task="set", names=["A"], kept=[], digest="d")
    for begun in (store_marked, marks.marked(made, STORE, "recipients", "two", keys={"me": "age1"})):
        with pytest.raises(KeyboardInterrupt), begun:
            raise KeyboardInterrupt
    found = [f"{mark}: it had not changed {STORE}" for mark in marks.left(made)]
    assert len(found) == 2
    assert sorted(recovery.settle(made)) == sorted(found)
    assert recovery.settle(made) == ()
    assert [each.name for each in (tmp_path / "env").iterdir()] == []
    assert not (made.state / audit.FILE).exists()
