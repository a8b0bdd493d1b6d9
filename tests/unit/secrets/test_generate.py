"""Generated values are strong, and a generated certificate is one that a TLS client takes."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets import certificate, generate

if TYPE_CHECKING:
    from pathlib import Path


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


def test_the_certificate_is_for_its_key_and_hosts(tmp_path: Path) -> None:
    """EC P-256, its hosts as names and addresses, valid now and for a year, taken by OpenSSL together with its key."""
    key = certificate.certificate_key().value
    chain = certificate.certificate(key, ["shop.example.com", "localhost", "127.0.0.1"])
    certificate.check_pair(chain, key)
    leaf = x509.load_pem_x509_certificate(chain.reveal().encode())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["shop.example.com", "localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    assert leaf.not_valid_before_utc < datetime.now(UTC) < leaf.not_valid_after_utc
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < timedelta(days=398)
    (tmp_path / "c").write_text(chain.reveal())
    (tmp_path / "k").write_text(key.reveal())
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "c", tmp_path / "k")


def test_a_pair_that_does_not_belong_together_is_refused() -> None:
    """Another key, no PEM at all."""
    key, other = certificate.certificate_key().value, certificate.certificate_key().value
    chain = certificate.certificate(key, ["localhost"])
    for bad_chain, bad_key in ((chain, other), (Secret("x"), key), (chain, Secret("x")), (key, chain)):
        with pytest.raises(ConfigError):
            certificate.check_pair(bad_chain, bad_key)


def test_an_expired_certificate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be refused by every client anyway."""
    key = certificate.certificate_key().value
    monkeypatch.setattr(generate, "VALID_DAYS", -1 / 1440)
    with pytest.raises(ConfigError, match="expired"):
        certificate.check_pair(certificate.certificate(key, ["localhost"]), key)


def test_a_self_signed_certificate_needs_an_ec_key() -> None:
    """For other keys there is --tls-cert."""
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ConfigError):
        certificate.certificate(Secret(pem.decode()), ["localhost"])
    with pytest.raises(ConfigError):
        certificate.certificate(Secret("x"), ["localhost"])
