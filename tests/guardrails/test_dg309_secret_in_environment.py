from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg309_secret_in_environment as rule
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, model, resolved

ENV = resolved("prod", secrets={"PASSPHRASE": "Elch&Regen im Kupferkessel"})


@pytest.mark.parametrize(
    "entry",
    [
        {"environment": {"POSTGRES_PASSWORD": "anything"}},
        {"environment": {"DB": "postgres://app:Elch&Regen im Kupferkessel@db/shop"}},
        {"environment": {"SMTP_PASS": PROD_PASSWORD}},
        {"labels": {"auth.token": PROD_PASSWORD}},
    ],
)
def test_catches_secrets_where_inspect_shows_them(entry: dict[str, Any]) -> None:
    """A declared name, a known value, or what looks like one."""
    [hit] = catches(rule, context("prod", resolved=ENV, model=model(api=entry)))
    assert hit.severity is Severity.ERROR


def test_is_a_warning_in_development() -> None:
    """Development's secrets are no secrets."""
    [hit] = catches(rule, context("dev", model=model(api={"environment": {"SESSION_KEY": "dev-only"}})))
    assert hit.severity is Severity.WARNING


def test_catches_not_files_and_settings() -> None:
    """The path of a secret's file is what should be there."""
    entry = {"environment": {"SESSION_KEY_FILE": "/run/secrets/SESSION_KEY", "LOG_LEVEL": "info", "TOKEN": None}}
    catches_not(rule, context("prod", resolved=ENV, model=model(api=entry)))
