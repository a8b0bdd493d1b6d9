from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.detection import strength
from dockgate.env import env_files
from dockgate.guardrails.rules import dg209_weak_secret as rule
from dockgate.secrets.fingerprints.policy import CERTIFICATE
from dockgate.secrets.metadata import SecretMetadata, Source
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD, TODAY, catches, catches_not, context, resolved

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context

DEMANDING = "[PASSPHRASE]\nsecret = true\nmin-bits = 400\n"


@pytest.mark.parametrize("value", ["Sommer2026!", "Tr0ub4dor&3", "iloveyou-forever", "9f2c4e6a"])
def test_catches_what_can_be_guessed(value: str) -> None:
    """Less than 2^64 guesses."""
    catches(rule, context("prod", resolved=resolved("prod", secrets={"PASSPHRASE": value})))


def test_catches_what_the_schema_wants_stronger() -> None:
    """`min-bits` raises the bar for one variable."""
    declared = "[TOKEN]\nsecret = true\nmin-bits = 400\n"
    env = resolved("prod", secrets={"TOKEN": PROD_HEX}, declared=declared)
    catches(rule, context("prod", resolved=env))


def test_catches_not_strong_ones_nor_elsewhere() -> None:
    """Random values pass, and development may be as weak as it likes."""
    env = resolved("prod", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD, "SESSION_KEY": PROD_HEX})
    catches_not(rule, context("prod", resolved=env))
    catches_not(rule, context("dev", "PASSPHRASE=Sommer2026!\n"))


@pytest.mark.parametrize(
    ("source", "bits", "caught"), [("generated", 64, False), ("generated", 63, True), ("given", 99, True)]
)
def test_only_the_bits_that_were_drawn_count_without_a_look(source: str, bits: int, *, caught: bool) -> None:
    """What the store says of a value that was given, or of too few bits, saves it from nothing."""
    made = {"PASSPHRASE": SecretMetadata(Source(source), bits, TODAY)}
    seen = context("prod", resolved=resolved("prod", secrets={"PASSPHRASE": "Sommer2026!"}), made=made)
    (catches if caught else catches_not)(rule, seen)


def test_neither_what_was_drawn_nor_a_certificate_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A production whose secrets Dockgate made does not even load the estimator."""
    monkeypatch.setattr(strength, "bits", lambda _value: pytest.fail("estimated"))
    made = {
        "SESSION_KEY": SecretMetadata(Source.GENERATED, 256, TODAY),
        "TLS_CERT": SecretMetadata(Source.GENERATED, 0, TODAY),
    }
    env = resolved("prod", secrets={"SESSION_KEY": PROD_HEX, "TLS_CERT": f"{CERTIFICATE}\nMIIB\n"})
    catches_not(rule, context("prod", resolved=env, made=made))


def test_catches_a_key_beside_a_certificate() -> None:
    """Only the public half is left out."""
    value = f"{CERTIFICATE}\n-----BEGIN PRIVATE KEY-----\naaaa\n"
    catches(rule, context("prod", resolved=resolved("prod", secrets={"PASSPHRASE": value}, declared=DEMANDING)))


def served(text: str, env: str = "prod") -> Context:
    return context(env, served={env: (env_files.parse(text, ".envs/web.env", ".envs/web.env"),)})


@pytest.mark.parametrize("line", ["DB_PASSWORD=Sommer2026!", "API_TOKEN=9f2c4e6a", "DB_PASSWORD=8392017465"])
def test_catches_it_in_the_env_file_of_a_service(line: str) -> None:
    """No schema says that it is a secret: its name does."""
    [hit] = catches(rule, served(f"A=b\n{line}\n"))
    assert (hit.location.path, hit.location.line) == (".envs/web.env", 2)


@pytest.mark.parametrize(
    "line",
    [
        f"DB_PASSWORD={PROD_PASSWORD}",
        f"API_TOKEN={PROD_HEX}",
        "DB_PASSWORD=changeme",
        "DB_PASSWORD=",
        "DB_PASSWORD=${OTHER}",
        "DB_PASSWORD_FILE=Sommer2026!",
        "APP_KEY=Sommer2026!",
        "DB_PASSWORD=/run/secrets/db",
        "TITLE=Sommer2026!",
    ],
)
def test_catches_not_what_is_strong_or_none_there(line: str) -> None:
    """Placeholders are DG208's."""
    catches_not(rule, served(f"{line}\n"))
    catches_not(rule, served("DB_PASSWORD=Sommer2026!\n", "dev"))
