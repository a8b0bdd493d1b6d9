"""SCRAM-SHA-256 verifiers: what PostgreSQL keeps of a password, made here so that the password goes nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret

ITERATIONS = 4096  # PostgreSQL's own default, scram_iterations
SALT_BYTES = 16  # as PostgreSQL itself: SCRAM_DEFAULT_SALT_LEN


def verifier(password: Secret, salt: bytes | None = None) -> Secret:
    """Return the verifier (RFC 5803) for `ALTER ROLE … PASSWORD`; `salt` is random unless a test gives one.

    ConfigError for a password that is not printable ASCII, which clients normalise in different ways.
    """
    text = password.reveal()
    if not text or not text.isascii() or not text.isprintable():
        raise ConfigError("a database password must be printable ASCII", fix="let inv secrets.rotate generate one")
    salt = salt or secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", text.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return Secret(f"SCRAM-SHA-256${ITERATIONS}:{salt64}${stored64}:{server64}")
