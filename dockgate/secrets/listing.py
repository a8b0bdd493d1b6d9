"""What may be shown about the secrets of an environment: names, origins, ages, strength; nothing of the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from dockgate.secrets import certificate
from dockgate.secrets.fingerprints import policy as fingerprint_policy
from dockgate.secrets.metadata import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from dockgate.core.project import Environment
    from dockgate.env.schema import Schema
    from dockgate.env.variable import Variable
    from dockgate.secrets.fingerprints.match import Fingerprints
    from dockgate.secrets.store import Entry, Store


class Row(Struct, frozen=True):
    """One secret; `bits` for generated ones only, `due` says why it should be renewed, empty if it should not."""

    name: str
    source: str
    age_days: int | None
    strength: str
    bits: int | None
    fingerprint: str
    due: str

    def as_json(self) -> Mapping[str, object]:
        """Return the row as `--json` prints it."""
        return asdict(self)


def rows(
    environment: Environment,
    store: Store,
    declared: Schema,
    known: Fingerprints,
    elsewhere: Mapping[str, str],
    today: date,
) -> tuple[Row, ...]:
    """Return a row for each secret of a store, in its order, then for each reference to a provider."""
    kinds = {each.name: str(each.kind) for each in known.only(environment.name) if not each.part}
    held = (
        _row(entry, declared.variables.get(name), kinds.get(name, ""), today) for name, entry in store.entries.items()
    )
    asked = (
        Row(name, source, None, "", None, kinds.get(name, ""), _expired(declared.variables.get(name), today))
        for name, source in elsewhere.items()
    )
    return (*held, *asked)


def missing(environment: Environment, given: Collection[str], declared: Schema) -> tuple[str, ...]:
    """Return the required secrets that have no value."""
    return tuple(
        name
        for name, variable in declared.variables.items()
        if variable.secret and variable.required_in(environment.name) and name not in given
    )


def _row(entry: Entry, variable: Variable | None, fingerprint: str, today: date) -> Row:
    made, found = entry.metadata, fingerprint_policy.assess(entry)
    generated = made is not None and made.source is Source.GENERATED
    age = (today - made.day).days if made else None
    return Row(
        name=entry.name,
        source=str(made.source) if made else "unknown",
        age_days=age,
        strength=found.reason,
        bits=found.bits if generated and found.bits else None,
        fingerprint=fingerprint,
        due=_due(entry, variable, age, today),
    )


def _due(entry: Entry, variable: Variable | None, age: int | None, today: date) -> str:
    expires = certificate.expiry(entry.value)
    if expires and (expires - today).days < certificate.RENEW_DAYS:
        return f"certificate valid until {expires}"
    if expired := _expired(variable, today):
        return expired
    if variable and variable.max_age and age is not None and age > variable.max_age:
        return f"older than {variable.max_age} days"
    return ""


def _expired(variable: Variable | None, today: date) -> str:
    expired = variable and variable.expires and variable.expires <= today.isoformat()
    return f"expired on {variable.expires}" if variable and expired else ""
