"""Credentials and settings as repositories have them: each kind is told from the other."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockgate
from bench import corpus
from dockgate.detection.assignments import form
from dockgate.detection.credential import classify
from dockgate.detection.text_lines import in_line

# Common in real repositories; made up here.
CREDENTIALS = [
    ("DB_PASSWORD", "Kf93!mmQp"),
    ("SMTP_PASSWORD", "b4nanaSplit!77"),
    ("PASSWORD", "monkeybusiness"),
    ("MYSQL_ROOT_PASSWORD", "blueskyoverberlin"),
    ("APP_KEY", "base64:Yp3kV0c5mJ9sQ2xW8nR4tB7zL1hG6fD0aE3iU5oK9jM="),
    ("api-key", "7bd0e3a4-91c2-4f6b-8a5d-3e9c1f7b2d60"),
    ("NEO4J_AUTH", "neo4j/qW3rTy81kLz"),
    ("spring.datasource.password", "Zx91kQwe!"),
    ("DSN", "Server=db;User Id=sa;Password=Yukon900!;"),
    ("AWS_SECRET_ACCESS_KEY", "/u3Xk9QpLm2vTz8/RbNc4WyHd6+JsFg1aEoKiU7q"),
    ("DB_PASSWORD", "shadow-Orbit7-copper"),
    ("DB_PASSWORD", "rsa_Walrus7Orbit"),
    ("DB_PASSWORD", "-hunter2"),
    ("GUMROAD_PRIVATE", "8d1f3b6a9c" + "07e5420bd7c1" + "f9a3e86d5b40"),
    ("sourcegraph", "9C3fA7e1B8d2" + "E5b0D6a4F1c9" + "3eA8B7d05f2C"),
    ("API_TOKEN", "73019284750192837465201"),
    ("UPSTREAM", "postgres://app:Zx91kQweRty@db/shop"),
    ("UPSTREAM", "postgres://app:${PW_OF_THE_APP:-Zx91kQweRty}@db/shop"),
]
ORDINARY = [
    ("DB_PASSWORD", "my_db_password"),
    ("DB_PASSWORD", "P@ssw0rd"),
    ("SECRET_KEY", "change-this-in-production"),
    ("SESSION_SECRET", "thisisasecret"),
    ("PASSWORD", "see 1password"),
    ("PASSWORD", "process.env.DB_PASSWORD"),
    ("PASSWORD", "op://vault/item/password"),
    ("SECRET", "11111111-1111-1111-1111-111111111111"),
    ("GH", "ghp_1234567890abcdefghijklmnopqrstuvwxyz"),
    ("DATABASE_URL", "postgres://app:app@db/app"),
    ("PASSWORD_RESET_URL", "https://shop/reset"),
    ("AUTH_METHOD", "scram-sha-256"),
    ("S3_OBJECT_KEY", "exports/2024/report.csv"),
    ("TOKEN_SIZE", "32"),
    ("PRIVATE", "members-only"),
    ("gumroad", "8d1f3b6a9c07e5420bd7c1f9a3e86d5b4072c6e1"),
    ("deployed", "8D1F3B6A9C07E5420BD7C1F9A3E86D5B4072C6E1"),
    ("contract", "0x9C3fA7e1B8d2E5b0D6a4F1c93eA8B7d05f2C"),
    ("AUTH", "/usr/local/bin:/usr/lib/postgresql/17/bin"),
    ("KEY", "/var/lib/apt/lists/*"),
    ("KEY", "--storage.tsdb.path=/prometheus"),
    ("AUTH", "--password-file"),
    ("ENCRYPTION_KEY", "aes-256-gcm"),
    ("ENCRYPTION_KEY", "rsa-oaep-256"),
    ("KEY", "sha512-crypt"),
    ("BREACHED_PASSWORDS", "warehouse.accounts.NullPasswordBreachedService"),
    ("SENTRY_KEY", "3cf75f54983e473d" + "a6bd07daddf0d2ee"),
    ("PKG_KEY", "0xDE8B853FC155581D"),
    ("APP_KEY", "someRandomStringWith32Characters"),
    ("GIT_COMMIT", "0745cae0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6"),
]


@pytest.mark.parametrize(("name", "value"), CREDENTIALS)
def test_recognises_credentials(name: str, value: str) -> None:
    """By name, by format, or by the password in an address."""
    assert classify(name, value) is not None


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_leaves_placeholders_and_settings_alone(name: str, value: str) -> None:
    """What asks for a value, points at one, or is no secret."""
    assert classify(name, value) is None


def test_the_corpus_of_the_bench_is_told_apart() -> None:
    """On another seed than the published table: no more than one line in a hundred wrong, in either direction."""
    lines = corpus.lines(seed=101)
    missed = [line.text for line in lines if line.credential and not any(in_line(line.text))]
    flagged = [line.text for line in lines if not line.credential and any(in_line(line.text))]
    assert len(missed) <= 3, missed
    assert len(flagged) <= 4, flagged


def test_what_programs_hold_is_told_from_what_they_say() -> None:
    """The same values in the ways of seven languages, beside types, expressions and names."""
    lines = corpus.programs(seed=101)

    def found(line: corpus.Line) -> bool:
        return any(in_line(line.text, form(f"x{line.suffix}")))

    missed = [line.text for line in lines if line.credential and not found(line)]
    flagged = [line.text for line in lines if not line.credential and found(line)]
    assert len(missed) <= 3, missed
    assert flagged == []


def test_this_package_holds_no_credential() -> None:
    """Fifteen thousand lines of Python that speak of little else."""
    sources = sorted(Path(dockgate.__file__).parent.rglob("*.py"))
    lines = [(path.name, line) for path in sources for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 10_000
    assert [(name, line) for name, line in lines if any(in_line(line, form(name)))] == []
