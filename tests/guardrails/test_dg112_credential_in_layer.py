from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.env import env_files
from dockgate.guardrails.rules import dg112_credential_in_layer as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, resolved

if TYPE_CHECKING:
    import pytest


def test_catches_a_random_value_under_a_secret_name() -> None:
    """A real password in a committed dev.env is found where it stands."""
    [hit] = catches(rule, context(text=f"LOG_LEVEL=info\nPOSTGRES_PASSWORD={PROD_PASSWORD}\n"))
    what = "POSTGRES_PASSWORD looks like a real credential (secret by its name) in a plain file"
    assert (hit.message, hit.name, hit.severity) == (what, "POSTGRES_PASSWORD", Severity.ERROR)
    assert (hit.location.path, hit.location.line) == ("env/dev.env", 2)
    assert "env/dev.local.env" in hit.fix, "development has no store that secrets.set could write"


def test_catches_a_password_in_an_address_of_staging() -> None:
    """A DSN is looked into, and a name that the schema does not call secret is no excuse."""
    [hit] = catches(rule, context("staging", f"DATABASE_URL=postgres://app:{PROD_PASSWORD}@db/shop\n"))
    assert "inv secrets.set DATABASE_URL --env=staging" in hit.fix


def test_catches_not_development_values_references_and_defaults() -> None:
    """What says itself that it is for development, or only points elsewhere, is no credential."""
    catches_not(rule, context(text="POSTGRES_PASSWORD=dev-only-postgres\nSESSION_KEY=${OTHER}\nPASSPHRASE=changeme\n"))


def test_catches_not_what_is_not_committed_in_clear() -> None:
    """The local layer, the encrypted store and the process environment are their right places."""
    env = resolved(
        "dev",
        local=f"TOKEN={PROD_PASSWORD}\n",
        secrets={"POSTGRES_PASSWORD": PROD_PASSWORD},
        process={"SESSION_KEY": PROD_PASSWORD},
    )
    catches_not(rule, context(resolved=env))


def test_catches_one_behind_what_is_in_its_place() -> None:
    """A file that git ignores and the local layer come before the env file of a service."""
    env = resolved("dev", f"SMTP_PASS={PROD_PASSWORD}\n", local=f"TOKEN={PROD_PASSWORD}\n")
    layer = env_files.parse(f"IMAP_PASS={PROD_PASSWORD}\n", ".envs/web", ".envs/web")
    git = GitFiles(ignored=frozenset({"env/dev.env"}))
    [hit] = catches(rule, context(resolved=env, git=git, served={"dev": (layer,)}))
    assert hit.name == "IMAP_PASS"


def test_catches_not_what_dg111_has_refused_already() -> None:
    """Outside development a declared secret in a plain file has one finding, not two."""
    catches_not(rule, context("staging", f"POSTGRES_PASSWORD={PROD_PASSWORD}\n"))


def test_a_file_that_git_ignores_is_not_committed() -> None:
    """It is where development's own values belong; of staging it is said as what it is."""
    git = GitFiles(ignored=frozenset({"env/dev.env", "env/staging.env"}))
    text = f"SMTP_PASS={PROD_PASSWORD}\n"
    catches_not(rule, context("dev", text, git=git))
    [hit] = catches(rule, context("staging", text, git=git))
    assert hit.message.endswith("in a plain file")
    [hit] = catches(rule, context("dev", text, git=GitFiles()))
    assert hit.message.endswith("in a file that is committed")


def test_a_demonstrations_password_is_a_warning_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is too weak to be production's; a database on this machine has one. Of many, only the first are estimated."""
    text = "DATABASE_URL=postgres://app:regenelch@localhost/app\nDB_PASSWD=kupferelch\nSITE=http://localhost:8000\n"
    hits = catches(rule, context("dev", text), count=2)
    assert {hit.severity for hit in hits} == {Severity.WARNING}
    hits = catches(rule, context("staging", text), count=2)
    assert {hit.severity for hit in hits} == {Severity.ERROR}
    monkeypatch.setattr(rule, "MOST_ESTIMATED", 1)
    hits = catches(rule, context("dev", text), count=2)
    assert [hit.severity for hit in hits] == [Severity.WARNING, Severity.ERROR]
