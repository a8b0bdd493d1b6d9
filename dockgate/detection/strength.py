"""How many guesses a value would take, in bits."""

from __future__ import annotations

import math
import re

from dockgate.detection import placeholders, templates

BITS = 64  # NIST SP 800-131A asks 112 of a key; a rate-limited password needs less
_ADDRESS = re.compile(r"://[^\s:/@]*:([^\s@/]+)@")
# Letters and digits in one run of 20 characters and more: 2^66 guesses even where each took only a digit's.
_LONG = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?=[^0-9]*[0-9])[A-Za-z0-9+/_=-]{20,}")
WORDS = 2.5  # letters in a row, on average, from which it may be words; drawn base62 has 2.1 (10,000 draws of 24)
_PLAIN = re.compile("[^A-Za-z0-9]")
ZXCVBN_MOST = 72  # zxcvbn raises beyond it


def ceiling(value: str) -> float:
    """Return a cheap upper bound of `bits`: what the characters in use could say at this length."""
    return len(value) * math.log2(max(len(set(value)), 1))


def bits(value: str) -> float:
    """Return the guess entropy of a value that a person chose: by zxcvbn on its first 72 characters, or `ceiling`."""
    if not value:
        return 0.0
    return min(_guessing(value[:ZXCVBN_MOST]), ceiling(value))


def _guessing(value: str) -> float:
    """Return zxcvbn's estimate; of a value on which it fails, that of its plain letters and digits.

    Its match of dates takes line ends and digits of other scripts for numbers, and then fails to read them.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 - 40 ms, only for a value that a person chose

    for text in (value, _PLAIN.sub("", value)):
        try:
            return math.log2(zxcvbn(text)["guesses"])
        except Exception:  # noqa: BLE001, S112 - an estimator that fails is not the user's fault, whatever it raises
            continue
    return 0.0


def is_weak(value: str, wanted: float = BITS) -> bool:
    """Return whether a value takes less than so many bits of guessing."""
    return ceiling(value) < wanted or bits(value) < wanted


def is_demo(value: str) -> bool:
    """Return whether a value, or the passwords of the addresses in it, is too weak to be a secret of production.

    Of `${NAME:-value}` that is the value: what stands around it is the same for everyone.
    """
    said = templates.filled(value)
    return all(not _drawn(part) and is_weak(part) for part in _ADDRESS.findall(said) or [said])


def _drawn(value: str) -> bool:
    """Return whether a value is certainly strong: an estimate of its guesses takes 20 ms, this none."""
    if not _LONG.fullmatch(value) or placeholders.reads_as_words(value, WORDS):
        return False
    return not placeholders.is_placeholder(value)
