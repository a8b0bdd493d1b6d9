"""A generated certificate is one that a TLS client takes."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets import certificate

if TYPE_CHECKING:
    from pathlib import Path


def test_the_certificate_is_for_its_key_and_hosts(tmp_path: Path) -> None:
    """EC P-256, its hosts as names and addresses, valid now and for a year, taken by OpenSSL together with its key."""
    key = certificate.certificate_key().value
    chain = certificate.certificate(key, ["shop.example.com", "localhost", "127.0.0.1"])
    certificate.check_pair(chain, key)
    leaf = x509.load_pem_x509_certificate(chain.reveal().encode())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["shop.example.com", "localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    now = datetime.now(UTC)
    assert timedelta(minutes=4) < now - leaf.not_valid_before_utc < timedelta(minutes=6)
    assert timedelta(days=364) < leaf.not_valid_after_utc - now < timedelta(days=366)
    assert leaf.subject == leaf.issuer == x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example.com")])
    assert [(each.value, each.critical) for each in leaf.extensions] == [
        (names, False),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
    ]
    (tmp_path / "c").write_text(chain.reveal())
    (tmp_path / "k").write_text(key.reveal())
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "c", tmp_path / "k")


def test_a_long_host_and_an_address_in_brackets_are_taken() -> None:
    """A common name has 64 characters at most; the whole name stands beside it."""
    made = certificate.certificate_key()
    long = f"{'a' * 60}.{'b' * 30}"
    chain = certificate.certificate(made.value, [long, "[::1]"])
    leaf = x509.load_pem_x509_certificate(chain.reveal().encode())
    assert leaf.subject == x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, long[:64])])
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names == x509.SubjectAlternativeName([x509.DNSName(long), x509.IPAddress(ipaddress.ip_address("::1"))])
    assert made.bits == 128
    assert made.value.reveal().startswith("-----BEGIN PRIVATE KEY-----\n")


def test_a_pair_that_does_not_belong_together_is_refused() -> None:
    """Another key, no PEM at all, a key with a passphrase."""
    key, other = certificate.certificate_key().value, certificate.certificate_key().value
    chain = certificate.certificate(key, ["localhost"])
    private = ec.generate_private_key(ec.SECP256R1())
    locked = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"p")
    )
    for bad_chain, bad_key in (
        (Secret("x"), key),
        (chain, Secret("x")),
        (key, chain),
        (chain, Secret(locked.decode())),
    ):
        with pytest.raises(ConfigError) as caught:
            certificate.check_pair(bad_chain, bad_key)
        assert str(caught.value) == "the certificate or its key is not PEM, or the key has a passphrase"
    with pytest.raises(ConfigError) as caught:
        certificate.check_pair(chain, other)
    fix = "put the leaf certificate first in the chain"
    assert str(caught.value) == f"the certificate does not match the private key\n  → {fix}"


def test_an_expired_certificate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be refused by every client anyway."""
    key = certificate.certificate_key().value
    monkeypatch.setattr(certificate, "VALID_DAYS", -1 / 1440)
    chain = certificate.certificate(key, ["localhost"])
    with pytest.raises(ConfigError) as caught:
        certificate.check_pair(chain, key)
    assert str(caught.value) == f"the certificate expired on {certificate.expiry(chain)}"


def test_a_self_signed_certificate_needs_an_ec_key() -> None:
    """For other keys there is --tls-cert."""
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ConfigError) as caught:
        certificate.certificate(Secret(pem.decode()), ["localhost"])
    fix = "give both files: --tls-cert and --tls-key"
    assert str(caught.value) == f"the private key is not an EC key\n  → {fix}"
    with pytest.raises(ConfigError) as caught:
        certificate.certificate(Secret("x"), ["localhost"])
    assert str(caught.value) == "the private key for the certificate is not PEM, or has a passphrase"
