"""Generated values are strong."""

from __future__ import annotations

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import generate


@pytest.mark.parametrize(
    ("kind", "length", "bits"), [("password:32", 32, 190), ("token:48", 48, 288), ("hex:64", 64, 256)]
)
def test_kinds(kind: str, length: int, bits: int) -> None:
    """Length and bits are as the kind says, and two values differ."""
    one, two = generate.value(kind), generate.value(kind)
    assert (len(one.value.reveal()), one.bits) == (length, bits)
    assert one.value != two.value


@pytest.mark.parametrize("kind", ["password:22", "token:22", "hex:32"])
def test_the_shortest_that_are_enough(kind: str) -> None:
    """At least 128 bits."""
    assert generate.value(kind).bits >= 128


@pytest.mark.parametrize(
    "kind", ["password:21", "token:21", "hex:31", "password", "password:", "words:9", "", "token:-5", "token:²"]
)
def test_weak_or_unknown_kinds_are_refused(kind: str) -> None:
    """Nothing weaker than 128 bits is generated."""
    with pytest.raises(ConfigError):
        generate.value(kind)
