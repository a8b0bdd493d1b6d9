"""One-way digests: the same for the same secret, different under another salt."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints.digests import Cost

SALT, OTHER = b"s" * 32, b"o" * 32
Format = serialization.PrivateFormat


def test_the_slow_digest_is_scrypt_as_published() -> None:
    """RFC 7914: cost, block size and parallelism as in the file's header."""
    expected = hashlib.scrypt(b"value", salt=SALT, n=2**14, r=8, p=1, maxmem=2**26, dklen=16).hex()
    assert digests.slow("value", SALT, Cost()) == expected
    assert digests.slow("value", OTHER, Cost()) != expected


def test_the_fast_digest_depends_on_value_and_salt() -> None:
    """And it is no plain digest of the value, which tables would cover."""
    assert digests.fast("value", SALT) == digests.fast("value", SALT)
    assert len({digests.fast("value", SALT), digests.fast("value", OTHER), digests.fast("valuf", SALT)}) == 3
    keyed = hashlib.blake2b(b"value", key=SALT, digest_size=16, person=b"dockgate-secret").hexdigest()
    assert digests.fast("value", SALT) == keyed != hashlib.blake2b(b"value", digest_size=16).hexdigest()
    assert list(digests.each_fast(("value", "x"), SALT)) == [keyed, digests.fast("x", SALT)]


def test_a_hint_is_twelve_bits_of_another_digest() -> None:
    digest = hashlib.blake2b("é\ud800".encode(errors="surrogatepass"), key=SALT, digest_size=2, person=b"dockgate-hint")
    assert digests.hint("é\ud800", SALT) == digest.hexdigest()[:3]


def test_a_dearer_digest_has_the_memory_that_it_takes() -> None:
    cost = Cost(2, 8, 2048)
    expected = hashlib.scrypt(b"v", salt=SALT, n=2, r=8, p=2048, maxmem=2**23, dklen=16).hex()
    assert digests.slow("v", SALT, cost) == expected


@pytest.mark.parametrize("value", ["", "é\u0000", "\ud800", "x" * 100_000])
def test_any_string_has_digests(value: str) -> None:
    """Lone surrogates come out of undecodable file names."""
    assert len(digests.fast(value, SALT)) == len(digests.slow(value, SALT, Cost())) == 32


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, form: Format) -> str:
    """Return a private key in a form of PEM."""
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def test_a_private_key_is_known_in_every_form() -> None:
    """PKCS#8, the traditional form, OpenSSH; newlines escaped, folded into JSON, with text around."""
    key = ec.generate_private_key(ec.SECP256R1())
    forms = [pem(key, form) for form in (Format.PKCS8, Format.TraditionalOpenSSL, Format.OpenSSH)]
    forms.append(forms[0].replace("\n", "\\n"))
    forms.append(f'{{"private_key": "{forms[3]}"}}')
    forms.append(f"  \n{forms[1]}\n# the key\n")
    assert len({digests.public(form) for form in forms}) == 1
    der = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    known = hashlib.sha256(key.public_key().public_bytes(*der)).hexdigest()
    assert digests.public(forms[0]) == known
    assert (
        list(
            digests.each_public(
                "".join((forms[2], "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", forms[0]))
            )
        )
        == [known] * 2
    )


def test_other_kinds_of_keys() -> None:
    """RSA and Ed25519, each with a fingerprint of its own."""
    keys = [
        pem(rsa.generate_private_key(65537, 2048), Format.PKCS8),
        pem(ed25519.Ed25519PrivateKey.generate(), Format.PKCS8),
    ]
    assert len({digests.public(key) for key in keys} - {None}) == 2


@pytest.mark.parametrize(
    "value",
    [
        "no key",
        "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_is_no_private_key_has_no_public_one(value: str) -> None:
    """And raises nothing."""
    assert digests.public(value) is None


def test_a_key_with_a_passphrase_has_none_either() -> None:
    """Its public half is not to be had."""
    key = ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(
        serialization.Encoding.PEM, Format.PKCS8, serialization.BestAvailableEncryption(b"secret")
    ).decode()
    assert digests.public(locked) is None
