from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg209_weak_secret as rule
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD, catches, catches_not, context, resolved


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
