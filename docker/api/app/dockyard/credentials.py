"""Passwords (argon2id) and second factors (TOTP), whose secrets are encrypted at rest."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pyotp
from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
OPERATIONS, MEMORY = 2, 19 * 1024 * 1024
# More at once would let a burst of logins exceed the container's memory limit.
_hashing = ThreadPoolExecutor(2, "argon2")


def _hash(password: str) -> str:
    return argon2id.str(password.encode(), opslimit=OPERATIONS, memlimit=MEMORY).decode()


def _matches(stored: str | None, password: str) -> bool:
    if stored is None:
        # An unknown address costs the same as a wrong password, so that time does not tell them apart.
        _hash(password)
        return False
    try:
        return bool(argon2id.verify(stored.encode(), password.encode()))
    except InvalidkeyError:
        return False


async def hash_password(password: str) -> str:
    """Hash a password without holding up other requests."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Return whether `password` is the one hashed in `stored`; None never matches."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _matches, stored, password)


class SecondFactor:
    """Time-based one-time passwords (RFC 6238) of 6 digits and 30 seconds."""

    def __init__(self, key: str, issuer: str) -> None:
        self._box = SecretBox(hashlib.blake2b(key.encode(), digest_size=SecretBox.KEY_SIZE).digest())
        self._issuer = issuer

    def enrol(self, email: str) -> tuple[str, str, bytes]:
        """Return a new secret, the URI for an authenticator's QR code, and the secret encrypted for keeping."""
        secret = pyotp.random_base32()
        return secret, self._uri(secret, email), bytes(self._box.encrypt(secret.encode()))

    def shown(self, encrypted: bytes, email: str) -> tuple[str, str]:
        """Return the secret of an enrolment under way, and its URI."""
        secret = self._box.decrypt(encrypted).decode()
        return secret, self._uri(secret, email)

    def _uri(self, secret: str, email: str) -> str:
        return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=self._issuer)

    def accepts(self, encrypted: bytes | None, code: str, at: datetime) -> bool:
        """Return whether `code` belongs to the secret at `at`, give or take 30 seconds; none accepts no code."""
        if encrypted is None:
            return False
        return pyotp.TOTP(self._box.decrypt(encrypted).decode()).verify(code, for_time=at, valid_window=1)
