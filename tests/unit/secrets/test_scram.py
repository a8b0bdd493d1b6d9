"""SCRAM verifiers, as PostgreSQL makes them."""

from __future__ import annotations

import base64
import hmac

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.secret import Secret
from dockgate.secrets import scram


def test_the_verifier_of_a_published_exchange() -> None:
    """RFC 7677's example: password pencil, its salt and 4096 rounds; its server key signs what the RFC says."""
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    head, _, keys = scram.verifier(Secret("pencil"), salt).reveal().rpartition("$")
    assert head == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
    assert keys == "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    server = base64.b64decode(keys.partition(":")[2])
    message = (
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = base64.b64encode(hmac.digest(server, message.encode(), "sha256")).decode()
    assert signature == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_salt_is_random_and_the_password_is_not_in_it() -> None:
    """Two verifiers of one password differ."""
    one, two = (scram.verifier(Secret("pencil")).reveal() for _ in range(2))
    assert one != two
    assert "pencil" not in one
    assert {len(base64.b64decode(each.split(":")[1].split("$")[0])) for each in (one, two)} == {16}


@pytest.mark.parametrize("password", ["", "pässword", "a\nb", "a\0b"])
def test_what_clients_would_normalise_is_refused(password: str) -> None:
    """SASLprep is not repeated here."""
    with pytest.raises(ConfigError) as caught:
        scram.verifier(Secret(password))
    fix = "let inv secrets.rotate generate one"
    assert str(caught.value) == f"a database password must be printable ASCII\n  → {fix}"
