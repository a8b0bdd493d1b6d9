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


def test_catches_what_compose_copies_into_the_container() -> None:
    """`secrets: {x: {environment: NAME}}` is a file on the engine's disk; the fix shows the whole rewrite."""
    document = model(api={"secrets": [{"source": "key", "target": "/run/secrets/key"}]})
    found = {**document, "secrets": {"key": {"environment": "SESSION_KEY"}, "db": {"file": "/x/DB"}}}
    [hit] = catches(rule, context("prod", resolved=ENV, model=found))
    assert (hit.service, hit.name, hit.severity) == ("api", "SESSION_KEY", Severity.ERROR)
    assert 'secrets: {SESSION_KEY: {file: "${DOCKGATE_SECRETS}/SESSION_KEY"}}' in hit.fix
    assert "in api secrets: [SESSION_KEY], and SESSION_KEY_FILE: /run/secrets/SESSION_KEY for SESSION_KEY" in hit.fix


def test_the_rewrite_names_the_secret_and_not_the_variable() -> None:
    """`DB: ${PASSPHRASE}`: the file is the secret's."""
    entry = {"environment": {"DB": "Elch&Regen im Kupferkessel"}}
    [hit] = catches(rule, context("prod", resolved=ENV, model=model(api=entry)))
    assert hit.fix.endswith("in api secrets: [PASSPHRASE], and DB_FILE: /run/secrets/PASSPHRASE for DB")
