from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg206_shared_secret as rule
from tests.guardrails.scenes import (
    PROD_PASSWORD,
    catches,
    catches_not,
    context,
    environment,
    file,
    fingerprinted,
    matcher,
    project,
    resolved,
)

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context


def test_catches_the_same_secret_in_memory() -> None:
    """Both environments can be opened here: the values are compared."""
    prod = resolved("prod", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD[:8]})
    staging = resolved("staging", secrets={"SESSION_KEY": PROD_PASSWORD[:8]})
    seen = context("staging", resolved=staging, neighbours={"prod": prod}, matcher=matcher(fingerprinted()))
    [hit] = catches(rule, seen)
    assert (hit.name, hit.severity) == ("SESSION_KEY", Severity.ERROR)
    assert "POSTGRES_PASSWORD of prod" in hit.message
    assert "inv secrets.rotate SESSION_KEY --env=staging" in hit.fix


def test_says_each_pair_once_and_no_short_or_referred_values() -> None:
    """However many layers state it; two variables of one value are two findings."""
    prod = resolved("prod", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD, "TOKEN": "short77", "OTHER": "cmd:op x"})
    text = f"SESSION_KEY={PROD_PASSWORD}\nPASSPHRASE={PROD_PASSWORD}\nTOKEN=short77\nOTHER=cmd:op x\n"
    staging = resolved("staging", text, secrets={"SESSION_KEY": PROD_PASSWORD})
    seen = context("staging", resolved=staging, neighbours={"prod": prod}, matcher=matcher(fingerprinted()))
    hits = catches(rule, seen, 2)
    assert [hit.message for hit in hits] == [
        f"{name} is the same secret as POSTGRES_PASSWORD of prod" for name in ("SESSION_KEY", "PASSPHRASE")
    ]


def test_catches_it_by_the_other_ones_fingerprint() -> None:
    """In production, a secret that staging has too; production's own fingerprints are DG201's."""
    known = fingerprinted(("staging", "SESSION_KEY", PROD_PASSWORD))
    seen = context("prod", resolved=resolved("prod", secrets={"SESSION_KEY": PROD_PASSWORD}), matcher=matcher(known))
    catches(rule, seen)


def test_a_placeholder_shared_by_two_unprotected_environments_is_a_warning() -> None:
    """It is public anyway."""
    dev = resolved("dev", "POSTGRES_PASSWORD=dev-only-postgres\n")
    staging = resolved("staging", "POSTGRES_PASSWORD=dev-only-postgres\n")
    [hit] = catches(rule, context("staging", resolved=staging, neighbours={"dev": dev}))
    assert hit.severity is Severity.WARNING


def test_catches_not_different_secrets_and_equal_settings() -> None:
    """Only secrets have to differ."""
    prod = resolved("prod", "LOG_LEVEL=information\n", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD})
    staging = resolved("staging", "LOG_LEVEL=information\n", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD[::-1]})
    catches_not(rule, context("staging", resolved=staging, neighbours={"prod": prod}))


def test_development_is_not_sent_to_a_store_that_it_has_not() -> None:
    """Its values stand in files."""
    prod = resolved("prod", secrets={"POSTGRES_PASSWORD": PROD_PASSWORD})
    dev = resolved("dev", local=f"POSTGRES_PASSWORD={PROD_PASSWORD}\n")
    [hit] = catches(rule, context("dev", resolved=dev, neighbours={"prod": prod}))
    assert "secrets.rotate" not in hit.fix


def test_what_two_environments_of_development_share_is_a_warning() -> None:
    """A test run and development start from the same example; neither holds anything of production."""
    test = resolved("test", "POSTGRES_PASSWORD=" + PROD_PASSWORD + "\n")
    dev = resolved("dev", "POSTGRES_PASSWORD=" + PROD_PASSWORD + "\n")
    own = project(test=environment("test"))
    [hit] = catches(rule, context("test", resolved=test, neighbours={"dev": dev}, project=own))
    assert hit.severity is Severity.WARNING
    staging = resolved("staging", "POSTGRES_PASSWORD=" + PROD_PASSWORD + "\n")
    [hit] = catches(rule, context("staging", resolved=staging, neighbours={"dev": dev}, project=own))
    assert hit.severity is Severity.ERROR


def test_catches_a_dotenv_with_productions_password() -> None:
    """It is no layer here, but Compose takes it when it is run by hand; the same file, and other values, are none."""
    prod = resolved("prod", f"DB_PASSWORD={PROD_PASSWORD}\n")

    def seen(env: str, path: str, value: str) -> Context:
        return context(env, files=(file(path, f"# x\nDB_PASSWORD={value}\n", Kind.STRAY),), neighbours={"prod": prod})

    [hit] = catches(rule, seen("dev", ".env", PROD_PASSWORD))
    assert (str(hit.location), hit.severity) == (".env:2:1", Severity.ERROR)
    catches_not(rule, seen("dev", "env/prod.env", PROD_PASSWORD))
    catches_not(rule, seen("dev", ".env", "dev-only-password"))
    catches_not(rule, seen("prod", ".env", PROD_PASSWORD))
