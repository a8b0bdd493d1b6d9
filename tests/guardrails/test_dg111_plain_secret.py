"""DG111: what it catches, and what it does not."""

from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg111_plain_secret
from tests.guardrails.environments import found_by, places, resolved, store

SECRET = "[PASSWORD]\nsecret = true\nrequired = true\n"


def test_catches_it_in_a_plain_layer_and_not_in_its_places() -> None:
    """A declared secret in a plain layer outside development; not one in the store, blank, or from a provider."""
    declared = SECRET + "[A]\nsecret = true\n[B]\nsecret = true\n[C]\nsecret = true\n"
    base = "PASSWORD=x\nA=\nB=cmd:vault\n"
    found = list(
        found_by(dg111_plain_secret, resolved(declared, base, name="prod", secrets=store(C="x"), process={"C": "y"}))
    )
    assert places(found) == [("env/base.env", 1, "error")]
    assert list(found_by(dg111_plain_secret, resolved(declared, base))) == []


def test_catches_what_only_begins_like_a_reference() -> None:
    """It is the secret itself."""
    assert len(list(found_by(dg111_plain_secret, resolved(SECRET, "PASSWORD='cmd: x'\n", name="prod")))) == 1


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("DSN=postgres://app:${PASSWORD}@db/shop", 0),
        ('DSN="host=db user=app password=${PASSWORD}"', 0),
        ("DSN=postgres://app:kX7mQ2vN9pR4tW8z@${HOST}/shop", 1),
        ("DSN=postgres://app:kX7mQ2vN9pR4tW8z@db/${PASSWORD}", 1),
        ("DSN=postgres://app:${PASSWORD:-kX7mQ2vN9pR4tW8z}@db/shop", 1),
        ("DSN='postgres://app:${PASSWORD}@db/shop'", 1),
        ("PASSWORD=kX7mQ2vN9pR4tW8z${OTHER}", 1),
        ("DSN=postgres://app:${PASSWORD", 1),
        ("DSN=postgres://app:${NOPE}@db/shop", 1),
    ],
)
def test_an_address_may_get_its_password_from_another_secret(line: str, count: int) -> None:
    """Which is where it belongs; a default, and what stands beside it, are in the plain file."""
    declared = SECRET + "[DSN]\nsecret = true\n[OTHER]\nsecret = true\n[HOST]\n"
    env = resolved(declared, f"HOST=db\n{line}\n", name="prod", secrets=store(PASSWORD="x", OTHER="y"))
    assert len(list(found_by(dg111_plain_secret, env))) == count
