"""What says of a store, without its values, that a change got into it."""

from __future__ import annotations

import hashlib

from dockgate.core.secret import Secret
from dockgate.secrets import recovery
from dockgate.secrets.store import Store

KEY = "6b" * 32


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
