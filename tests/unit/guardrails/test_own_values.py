"""What only a development stack itself checks."""

from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.env import env_files
from dockgate.guardrails import own_values
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg112_credential_in_layer as layers
from dockgate.guardrails.rules import dg505_credential_in_file as files
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD, catches, context, environment, file, model, project

STACK = model(
    cache={"image": "docker.io/valkey/valkey:8", "environment": {"REDIS_PASSWORD": PROD_PASSWORD}},
    live={"image": "shop", "environment": {"TOKEN": PROD_HEX}},
)


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY", "DJANGO_SECRET_KEY", "SHOP_SECRET_KEY_BASE", "LIVE_SERVER_SECRET_KEY", "JWT_SECRET", "APP_KEY",
        "CREDENTIAL_AES_256_KEY", "CC_CREDENTIAL_AES_256_KEY", "CC_SECRET_KEY", "CORNERCAFE_SECRET_KEY",
        "SHOP_DB_ENCRYPTION_KEY", "FERNET_KEY",
    ],
)  # fmt: skip
def test_an_application_s_own_key(name: str) -> None:
    """Called after the framework, the project or a service of it, by their initials too."""
    assert own_values.is_key(name, ("shop", "live", "corner-cafe"))


@pytest.mark.parametrize(
    "name",
    [
        "STRIPE_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "SMTP_PASSWORD", "API_TOKEN",
        "RAZORPAY_SECRET_KEY",
        "S_SECRET_KEY", "CC_APP_KEY", "STRIPE_CREDENTIAL_AES_256_KEY",
    ],
)  # fmt: skip
def test_another_party_s_key(name: str) -> None:
    """With it, anyone who reads it gets into another system; a provider's initials are its own."""
    assert not own_values.is_key(name, ("shop", "live", "corner-cafe", "a-web-shop"))


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        (f"REDIS_CACHE_PASSWORD={PROD_PASSWORD}", Severity.WARNING),
        (f"CACHE_URL=redis://:{PROD_PASSWORD}@cache:6379/0", Severity.WARNING),
        (f"SECRET_KEY={PROD_HEX}", Severity.WARNING),
        (f"SMTP_PASSWORD={PROD_HEX}", Severity.ERROR),
        (f"API_TOKEN={PROD_HEX}", Severity.ERROR),
        ("SECRET_KEY=" + "sk_live_" + PROD_PASSWORD, Severity.ERROR),
    ],
)
def test_development_s_env_file(line: str, severity: Severity) -> None:
    """A password of the stack's own store and a key of its own may be a demonstration's; no others."""
    [hit] = catches(layers, context("dev", f"{line}\n", model=STACK))
    assert hit.severity is severity


def test_a_file_of_production_has_no_demonstrations() -> None:
    """It is not development's alone; nor is that of staging."""
    shared = (env_files.parse(f"SECRET_KEY={PROD_HEX}\n", "env/app.env", "env/app.env"),)
    for owners, severity in ((("dev", "prod"), Severity.ERROR), (("dev",), Severity.WARNING)):
        [hit] = catches(layers, context("dev", model=STACK, served=dict.fromkeys(owners, shared)))
        assert (hit.severity, hit.location) == (severity, Location("env/app.env", 1, 1))
    [hit] = catches(layers, context("staging", f"CACHE_PASSWORD={PROD_PASSWORD}\n", model=STACK))
    assert hit.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        (f"LIVE_SERVER_SECRET_KEY: ${{LIVE_SERVER_SECRET_KEY:-{PROD_PASSWORD}}}", Severity.WARNING),
        (f"POSTGRES_PASSWORD: {PROD_PASSWORD}", Severity.WARNING),
        (f"MAIL_PASSWORD: {PROD_PASSWORD}", Severity.ERROR),
    ],
)
def test_development_s_compose_file(line: str, severity: Severity) -> None:
    """As far as its own text shows: what a database's image reads, and the application's key."""
    own = project(dev=environment("dev", files=("compose.yaml",)))
    text = f"services:\n  live:\n    environment:\n      {line}\n"
    [hit] = catches(files, context(project=own, files=(file("compose.yaml", text, Kind.COMMITTED),)))
    assert hit.severity is severity
