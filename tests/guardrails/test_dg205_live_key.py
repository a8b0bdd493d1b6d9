from __future__ import annotations

import base64

import pytest

from dockgate.guardrails.rules import dg205_live_key as rule
from tests.guardrails.scenes import catches, catches_not, context

BODY = "51H9f2kLq8Zr4TnW6vXc3Yb7"
LIVE = [
    f"sk_live_{BODY}",
    f"rk_live_{BODY}",
    f"rzp_live_{BODY[:14]}",
    "access-" + "production-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901",
    "access_" + "token$production$x0lb9ahc1bdlwq2j$6e0f8d7c5b4a39281706f5e4d3c2b1a0",
    "FLWSECK" + "-4f1b2c3d5e6a7b8c9d0e1f2a3b4c5d6e-X",
    "sq0" + "atp-9Zq7Lw2XcV4bN6mK8jH1gF",
    "shippo_" + "live_4f1b2c3d5e6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c",
    f"acme_live_{BODY}",
]


@pytest.mark.parametrize("key", LIVE)
@pytest.mark.parametrize("env", ["dev", "staging"])
def test_catches_live_keys(key: str, env: str) -> None:
    """Their own form says that they work on real accounts."""
    [hit] = catches(rule, context(env, f"TOKEN='{key}'\n"))
    assert key not in hit.message


def test_catches_an_encoded_one() -> None:
    """Base64 does not hide it."""
    catches(rule, context(text=f"TOKEN={base64.b64encode(LIVE[0].encode()).decode()}\n"))


def test_catches_not_test_keys_words_and_production() -> None:
    """A test key belongs here, a word is no key, and in production live keys are right."""
    catches_not(
        rule, context(text=f"TOKEN=sk_test_{BODY}\nOTHER=alive_and_well\nLOG_LEVEL=live_reload_enabled_in_dev\n")
    )
    catches_not(rule, context("prod", f"TOKEN={LIVE[0]}\n"))
