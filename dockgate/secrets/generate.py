"""Strong values: random ones, and a self-signed certificate with its key."""

from __future__ import annotations

import math
import secrets
import string

from msgspec import Struct

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.core.suggest import near

LETTERS = string.ascii_letters + string.digits
ALPHABETS = {"password": LETTERS, "token": LETTERS + "-_", "hex": "0123456789abcdef"}
# What the policy of fingerprints asks of generated values, so nothing weaker is generated.
LEAST_BITS = 128


class Generated(Struct, frozen=True):
    """A value, and how many bits of randomness are in it."""

    value: Secret
    bits: int


def value(kind: str, name: str) -> Generated:
    """Return a value of `password:N` (letters and digits), `token:N` (base64url) or `hex:N`, N characters long.

    ConfigError for another kind, or for one with less than 128 bits; `name` is for that message.
    """
    form, _, size = kind.partition(":")
    if form not in ALPHABETS or not size.isdecimal():
        raise ConfigError(
            f"{name}: {kind!r} is not a kind of value." + near(form, ALPHABETS), fix="for example password:32"
        )
    alphabet, count = ALPHABETS[form], int(size)
    bits = math.floor(count * math.log2(len(alphabet)))
    if bits < LEAST_BITS:
        least = math.ceil(LEAST_BITS / math.log2(len(alphabet)))
        raise ConfigError(f"{name}: {kind} has {bits} bits, less than {LEAST_BITS}", fix=f"{form}:{least} or more")
    return Generated(Secret("".join(secrets.choice(alphabet) for _ in range(count))), bits)
