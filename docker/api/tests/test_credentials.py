import asyncio
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from nacl.exceptions import CryptoError

from dockyard.credentials import SecondFactor, hash_password, verify_password

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_password_is_hashed_with_argon2id_and_its_own_salt() -> None:
    first, second = (asyncio.run(hash_password("a password")) for _ in range(2))
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


def test_only_the_right_password_matches() -> None:
    stored = asyncio.run(hash_password("a password"))
    assert asyncio.run(verify_password(stored, "a password"))
    assert not asyncio.run(verify_password(stored, "A password"))


def test_nobody_has_no_password() -> None:
    assert not asyncio.run(verify_password(None, ""))


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (30, True), (-30, True), (90, False), (-90, False)])
def test_a_code_is_accepted_for_a_step_before_and_after(seconds: int, accepted: bool) -> None:  # noqa: FBT001
    factor = SecondFactor("k" * 32, "dockyard.test")
    secret, uri, encrypted = factor.enrol("ann@example.com")
    assert "issuer=dockyard.test" in uri
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=seconds))
    assert factor.accepts(encrypted, code, NOW) is accepted


def test_without_a_secret_no_code_is_accepted() -> None:
    assert not SecondFactor("k" * 32, "dockyard.test").accepts(None, "000000", NOW)


def test_the_secret_is_encrypted_with_the_key() -> None:
    secret, _, encrypted = SecondFactor("k" * 32, "dockyard.test").enrol("ann@example.com")
    assert secret.encode() not in encrypted
    with pytest.raises(CryptoError):
        SecondFactor("another key" * 3, "dockyard.test").accepts(encrypted, "000000", NOW)
