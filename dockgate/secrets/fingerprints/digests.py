"""The three one-way digests of secrets; which one a secret gets is decided once, in `fingerprinting`."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HINT_DIGITS = 3  # of hex: 12 bits, with which one string in 4,096 is digested slowly by chance
TAG_BYTES = 16  # 2^-128 for a false match
MEMORY_SPARE = 2**20  # OpenSSL counts a little more than 128·r·(N+p)
_PRIVATE = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)


class DigestKind(StrEnum):
    """How a secret is digested."""

    FAST = "blake2b"
    SLOW = "scrypt"
    PUBLIC = "public-key"


class Cost(NamedTuple):
    """What one guess at a slow digest costs (RFC 7914); 2**14, 8, 1 is 16 MiB and about 57 ms."""

    n: int = 2**14
    r: int = 8
    p: int = 1


def fast(value: str, salt: bytes) -> str:
    """Return the digest for values with at least 128 random bits, which cannot be guessed at any speed."""
    return next(each_fast((value,), salt))


def each_fast(values: Iterable[str], salt: bytes) -> Iterator[str]:
    """Yield the quick digests of many values: setting up the key costs as much as digesting one."""
    keyed = hashlib.blake2b(key=salt, digest_size=TAG_BYTES, person=b"dockgate-secret")
    for value in values:
        digest = keyed.copy()
        digest.update(value.encode(errors="surrogatepass"))
        yield digest.hexdigest()


def hint(value: str, salt: bytes) -> str:
    """Return the 12 bits that exclude nearly every string before it is digested slowly; they are in the file."""
    data = value.encode(errors="surrogatepass")
    return hashlib.blake2b(data, key=salt, digest_size=2, person=b"dockgate-hint").hexdigest()[:HINT_DIGITS]


def slow(value: str, salt: bytes, cost: Cost) -> str:
    """Return the digest that makes each guess expensive."""
    data = value.encode(errors="surrogatepass")
    memory = 128 * cost.r * (cost.n + cost.p) + MEMORY_SPARE
    return hashlib.scrypt(data, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=memory, dklen=TAG_BYTES).hex()


def public(value: str) -> str | None:
    r"""Return the SHA-256 of the public key of a private key in `value`, None where there is no readable one.

    The form does not matter: PKCS#1, PKCS#8, SEC1, OpenSSH, newlines written as `\n`.
    """
    return next(each_public(value), None)


def each_public(value: str) -> Iterator[str]:
    """Yield the digests of all private keys in `value`."""
    if "PRIVATE KEY-----" in value:
        found = (_spki(match[0]) for match in _PRIVATE.finditer(value.replace("\\n", "\n")))
        yield from filter(None, found)


def _spki(pem: str) -> str | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only where there is a key
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only where there is a key

    loaders = (serialization.load_pem_private_key, serialization.load_ssh_private_key)
    load = loaders["OPENSSH" in pem]
    try:
        key = load(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # no key after all, or one with a passphrase
        return None
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key.public_key().public_bytes(*form)).hexdigest()
