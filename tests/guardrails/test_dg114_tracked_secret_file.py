from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg114_tracked_secret_file as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import PROD_PASSWORD, catches, catches_not, context, environment, file, project


@pytest.mark.parametrize(
    "path",
    ["env/dev.local.env", ".env", "keys/id_ed25519", "age/identity.txt", ".dockgate/lock", ".netrc",
     "ops/.pgpass", "home/.git-credentials", ".aws/credentials",
     "certs/gateway.p12", "App_Key.PFX", "gateway.P12"])  # fmt: skip
def test_catches_a_tracked_secret_file(path: str) -> None:
    """Local layers, identities, private keys and Dockgate's state are never committed."""
    [hit] = catches(rule, context(git=GitFiles(frozenset({path, "README.md"}))))
    assert hit.location.path == path


def test_catches_not_layers_and_encrypted_stores() -> None:
    """Those are meant to be committed."""
    paths = {"env/dev.env", "env/prod.secrets.age", "env/fingerprints.toml", "id_rsa.pub", "docs/.env.example"}
    catches_not(rule, context(git=GitFiles(frozenset(paths))))


def test_catches_not_a_layer_of_that_name() -> None:
    """A project that was adopted may have `.env` as a layer."""
    own = environment("dev", layers=(".env",))
    catches_not(rule, context(environment=own, project=project(dev=own), git=GitFiles(frozenset({".env"}))))


def test_catches_not_a_link() -> None:
    """Git has where it leads; what is there is a finding of its own if git has that, too."""
    links = {".env": "", "env/dev.local.env": "ops/.pgpass"}
    tracked = frozenset({*links, "ops/.pgpass"})
    [hit] = catches(rule, context(git=GitFiles(tracked, links=links)))
    assert hit.location.path == "ops/.pgpass"


def test_catches_not_outside_a_repository() -> None:
    """Without git nothing is tracked."""
    catches_not(rule, context(git=None))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".npmrc", f"//npm.internal/:_authToken={PROD_PASSWORD}"),
        ("ci/.pypirc", f"password: {PROD_PASSWORD}"),
        ("pip.conf", f"extra-index-url = https://ci:{PROD_PASSWORD}@pypi.internal/simple"),
    ],
)
def test_settings_of_a_package_manager_are_secret_where_they_hold_a_credential(path: str, line: str) -> None:
    """Most repositories have an `.npmrc` without one."""
    git = GitFiles(frozenset({path}))
    catches(rule, context(git=git, files=(file(path, f"{line}\n", Kind.COMMITTED),)))
    catches_not(rule, context(git=git, files=(file(path, "engine-strict=true\n", Kind.COMMITTED),)))
    reference = line.replace(PROD_PASSWORD, "${NPM_TOKEN}")
    catches_not(rule, context(git=git, files=(file(path, f"{reference}\n", Kind.COMMITTED),)))


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("VITE_API_URL=http://localhost:8000", Severity.WARNING),
        ("POSTGRES_PASSWORD=changethis", Severity.WARNING),
        (f"POSTGRES_PASSWORD={PROD_PASSWORD}", Severity.ERROR),
        (f"DATABASE_URL=postgres://app:{PROD_PASSWORD}@db/app", Severity.ERROR),
    ],
)
def test_a_dotenv_without_a_credential_is_a_warning(line: str, severity: Severity) -> None:
    """Front ends commit theirs; one that was not read may hold anything, and one that is a local layer is private."""
    git, files = GitFiles(frozenset({"web/.env"})), (file("web/.env", f"{line}\n", Kind.COMMITTED),)
    [hit] = catches(rule, context(git=git, files=files))
    assert hit.severity is severity
    [unread] = catches(rule, context(git=git))
    assert unread.severity is Severity.ERROR


def test_a_file_of_tests_is_a_warning() -> None:
    """What a test reads is made up: libraries have keys in their tests, which open nothing."""
    fixture, key, real = "tests/docker/.env", "lib/vendor/oauth/test/keys/id_rsa", "keys/id_rsa"
    hits = {
        each.location.path: each.severity for each in rule.check(context(git=GitFiles(frozenset({fixture, key, real}))))
    }
    assert hits == {fixture: Severity.WARNING, key: Severity.WARNING, real: Severity.ERROR}
