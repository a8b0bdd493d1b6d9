from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg207_test_key as rule
from tests.guardrails.scenes import catches, catches_not, context, resolved

BODY = "51H9f2kLq8Zr4TnW6vXc3Yb7"


@pytest.mark.parametrize(
    "key", [f"sk_test_{BODY}", f"rzp_test_{BODY[:14]}", "access-" + "sandbox-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"]
)
def test_catches_test_keys_in_production(key: str) -> None:
    """Orders would go through without a customer being charged."""
    catches(rule, context("prod", resolved=resolved("prod", secrets={"TOKEN": key})))


def test_catches_not_live_keys_nor_other_environments() -> None:
    """A live key is right in production, a test key everywhere else."""
    catches_not(rule, context("prod", f"TOKEN=sk_live_{BODY}\nOTHER=test_mode_is_off\n"))
    catches_not(rule, context("dev", f"TOKEN=sk_test_{BODY}\n"))
