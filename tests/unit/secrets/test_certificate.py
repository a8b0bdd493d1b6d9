"""A generated certificate is one that a TLS client takes."""

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
    monkeypatch.setattr(certificate, "VALID_DAYS", -1 / 1440)
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
