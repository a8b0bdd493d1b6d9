"""How many guesses a value would take, in bits."""

from __future__ import annotations

import math
import re

BITS = 64  # NIST SP 800-131A asks 112 of a key; a rate-limited password needs less
_ADDRESS = re.compile(r"://[^\s:/@]*:([^\s@/]+)@")
ZXCVBN_MOST = 72  # zxcvbn raises beyond it


def ceiling(value: str) -> float:
    """Return a cheap upper bound of `bits`: what the characters in use could say at this length."""
    return len(value) * math.log2(len(set(value)) or 1)


def bits(value: str) -> float:
    """Return the guess entropy of a value that somebody gave: by zxcvbn on its first 72 characters, or `ceiling`."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - 40 ms, only where somebody gave a value

    if not value:
        return 0.0
    return min(math.log2(zxcvbn(value[:ZXCVBN_MOST])["guesses"]), ceiling(value))


def is_weak(value: str, wanted: float = BITS) -> bool:
    """Tell whether a value takes less than so many bits of guessing."""
    return ceiling(value) < wanted or bits(value) < wanted


def is_demo(value: str) -> bool:
    """Tell whether a value, or the passwords of the addresses in it, is too weak to be a secret of production."""
    return all(map(is_weak, _ADDRESS.findall(value) or [value]))
