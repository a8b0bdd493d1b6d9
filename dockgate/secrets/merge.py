"""A three-way merge of encrypted stores, by the name of each secret; where both changed one, both values are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.core.suggest import near
from dockgate.secrets.conflicts import Conflict, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockgate.secrets.store import Store


class Merged(Struct, frozen=True):
    """The store of both branches, the names that came from theirs, and the public keys that it is for."""

    store: Store
    taken: tuple[str, ...]
    recipients: frozenset[str]


def merge(base: Store, ours: Store, theirs: Store) -> Merged:
    """Merge two branches; without a base, what only one of them has is new.

    Comments stay as they are in ours, and so does the store's key.
    """
    store, taken = ours, []
    for name in dict.fromkeys((*ours.entries, *theirs.entries)):
        was, mine, other = (_value(each, name) for each in (base, ours, theirs))
        if other in {mine, was}:
            continue
        if mine != was:
            kept = Conflict(name, Secret(ours.written(name)), Secret(theirs.written(name)))
            store = store.placed(name, kept.line())
            continue
        taken.append(name)
        store = store.placed(name, theirs.written(name)) if other is not None else store.without(name)
    return Merged(store, tuple(taken), _recipients(base, ours, theirs))


def chosen(store: Store, choices: Mapping[str, Side]) -> Store:
    """Return the store with a value for each chosen conflict; ConfigError for a name that has none."""
    for name, side in choices.items():
        conflict = store.conflicts.get(name)
        if conflict is None:
            known = ", ".join(store.conflicts) or "none"
            fix = f"secrets with two values: {known}"
            raise ConfigError(f"{name} has no merge conflict." + near(name, store.conflicts), fix=fix)
        store = store.placed(name, conflict.of(side))
    return store


def _value(store: Store, name: str) -> Secret | None:
    return store.entries[name].value if name in store.entries else None


def _recipients(base: Store, ours: Store, theirs: Store) -> frozenset[str]:
    """Return who either branch encrypts to, but for those whom one of them removed."""
    removed = (base.recipients - ours.recipients) | (base.recipients - theirs.recipients)
    return (ours.recipients | theirs.recipients) - removed
