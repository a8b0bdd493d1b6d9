"""A self-signed certificate with its key, and checks of one that was given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets.generate import Generated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CERTIFICATE = "certificate"
CERTIFICATE_KEY = "certificate-key"
P256_BITS = 128  # security strength of P-256: NIST SP 800-57 part 1, table 2
VALID_DAYS = 365  # below the 398 days that browsers accept
RENEW_DAYS = 30  # as ACME clients renew


def certificate_key() -> Generated:
    """Return a new private key on P-256, PKCS#8 in PEM."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only to make one
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only to make one

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Generated(Secret(pem.decode()), P256_BITS)


def certificate(key: Secret, hosts: Sequence[str]) -> Secret:
    """Return a self-signed server certificate for `hosts`, valid for a year; ConfigError for a key that is not EC."""
    from cryptography import x509  # noqa: PLC0415 - only to make one
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - only to make one
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415 - only to make one

    private = _elliptic(key)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0][:64])])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # clocks differ a little
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    return Secret(built.public_bytes(serialization.Encoding.PEM).decode())


def check_pair(chain: Secret, key: Secret) -> None:
    """Check that a certificate chain and a private key belong together; ConfigError otherwise."""
    from cryptography import x509  # noqa: PLC0415 - only to check one
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only to check one

    try:
        leaf = x509.load_pem_x509_certificates(chain.reveal().encode())[0]
        private = serialization.load_pem_private_key(key.reveal().encode(), password=None)
    except (ValueError, TypeError) as error:  # TypeError: the key has a passphrase
        raise ConfigError("the certificate or its key is not PEM, or the key has a passphrase") from error
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if leaf.public_key().public_bytes(*form) != private.public_key().public_bytes(*form):
        raise ConfigError(
            "the certificate does not match the private key", fix="put the leaf certificate first in the chain"
        )
    if leaf.not_valid_after_utc < datetime.now(UTC):
        raise ConfigError(f"the certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}")


def expiry(chain: Secret) -> date | None:
    """Return the day on which a certificate (the first of a chain) expires, None for what is not a certificate."""
    from cryptography import x509  # noqa: PLC0415 - only to read one

    if "-----BEGIN CERTIFICATE-----" not in chain.reveal():
        return None
    try:
        return x509.load_pem_x509_certificates(chain.reveal().encode())[0].not_valid_after_utc.date()
    except ValueError:
        return None


def _elliptic(key: Secret) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only to make one
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only to make one

    try:
        private = serialization.load_pem_private_key(key.reveal().encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError("the private key for the certificate is not PEM, or has a passphrase") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ConfigError("the private key is not an EC key", fix="give both files: --tls-cert and --tls-key")
    return private


def _alternative(host: str) -> Any:
    from ipaddress import ip_address  # noqa: PLC0415 - only to make one

    from cryptography import x509  # noqa: PLC0415 - only to make one

    try:
        return x509.IPAddress(ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)
