"""What says of a store, without its values, that a change got into it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from dockgate.core.secret import Secret
from dockgate.secrets import age_file, recipients, recovery
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.store import Store
from dockgate.system import audit, marks
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored

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


@pytest.mark.parametrize("written", [True, False])
def test_what_was_begun_is_completed_where_the_store_has_it(tmp_path: Path, *, written: bool) -> None:
    """Fingerprints, recipients and the lines of the audit log follow; where the store is the old one, nothing does."""
    made = project(tmp_path)
    public = enrolled(made, "prod")
    stored(made, "prod", A=STRONG)
    digest = recovery.digest(secret_store.load(made, made.environment("prod")) or Store(), ["A"])
    keys = {"me": public, "also": public} if written else {"me": "age1"}
    facts = {"task": "set", "names": ["A"], "kept": [], "digest": digest if written else "d"}
    store_marked = marks.marked(made, STORE, "store", "one", **facts)
    for begun in (store_marked, marks.marked(made, STORE, "recipients", "two", keys=keys)):
        with pytest.raises(KeyboardInterrupt), begun:
            raise KeyboardInterrupt
    found = {mark.action: mark for mark in marks.left(made)}
    stored_now = f"{STORE} has the new value, and its fingerprints are written now"
    named = f"{STORE} was encrypted already, and env/recipients.toml says so now"
    left = f"it had not changed {STORE}"
    done = {"store": stored_now if written else left, "recipients": named if written else left}
    assert {*recovery.settle(made)} == {f"{mark}: {done[action]}" for action, mark in found.items()}
    assert {each.name for each in fingerprint_match.load(tmp_path)} == ({"A"} if written else set())
    assert recipients.load(tmp_path)["prod"] == (keys if written else {"alice": public})
    said = [("secrets.recipients", "also, me"), ("secrets.set", "A")] if written else []
    assert sorted((each["action"], each["names"]) for each in audit.lines(made)) == said


def test_a_store_without_a_key_has_no_value_of_an_intent(tmp_path: Path) -> None:
    """Nothing in it tells whether it does."""
    made = project(tmp_path)
    age_file.write(tmp_path / STORE, b"A='1'\n", [enrolled(made, "prod")])
    assert not recovery.stored(made, made.environment("prod"), recovery.StoreIntent("set", ("A",), (), ""))


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
