"""Generated values are strong."""

from __future__ import annotations

import string

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import generate


@pytest.mark.parametrize(
    ("kind", "length", "bits"), [("password:32", 32, 190), ("token:48", 48, 288), ("hex:64", 64, 256)]
)
def test_kinds(kind: str, length: int, bits: int) -> None:
    """Length and bits are as the kind says, and two values differ."""
    one, two = generate.value(kind, "A"), generate.value(kind, "A")
    assert (len(one.value.reveal()), one.bits) == (length, bits)
    assert one.value != two.value


@pytest.mark.parametrize("kind", ["password:22", "token:22", "hex:32"])
def test_the_shortest_that_are_enough(kind: str) -> None:
    """At least 128 bits."""
    assert generate.value(kind, "A").bits >= 128


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("password:21", "password:21 has 125 bits, less than 128\n  → password:22 or more"),
        ("token:21", "token:21 has 126 bits, less than 128\n  → token:22 or more"),
        ("hex:31", "hex:31 has 124 bits, less than 128\n  → hex:32 or more"),
        ("", "'' is not a kind of value.\n  → for example password:32"),
        *(
            (kind, f"{kind!r} is not a kind of value. Did you mean {form}?\n  → for example password:32")
            for form, kinds in {
                "password": ("password", "password:", "passwort:32", "words:9"),
                "token": ("token:-5", "token:²"),
            }.items()
            for kind in kinds
        ),
    ],
)
def test_weak_or_unknown_kinds_are_refused(kind: str, said: str) -> None:
    """Nothing weaker than 128 bits is generated."""
    with pytest.raises(ConfigError) as caught:
        generate.value(kind, "TOKEN")
    assert str(caught.value) == f"TOKEN: {said}"


@pytest.mark.parametrize(("kind", "signs"), [("password", ""), ("token", "-_"), ("hex", None)])
def test_every_sign_may_be_drawn(kind: str, signs: str | None) -> None:
    """Of 4,000 signs none of an alphabet is missing by chance."""
    letters = string.hexdigits.lower()[:16] if signs is None else string.ascii_letters + string.digits + signs
    assert {*generate.value(f"{kind}:4000", "A").value.reveal()} == {*letters}
