"""The application as one that reads its password once and opens new connections all the time, with one role or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.shop import Shop

DATABASE = "docker/api/app/dockyard/database.py"
BASE = "compose/base.yaml"
EVERY = 20  # queries to a connection
SCHEMA = """
[APP_DB_USER]
type = "string"
description = "Role that the application logs in as; each rotation changes it"
required = true
readers = ["api", "worker", "migrate"]

[APP_DB_PASSWORD]
type = "string"
secret = true
generate = "password:32"
description = "Password of APP_DB_USER"
required = ["staging", "prod"]
readers = ["api", "worker", "migrate"]
"""
SETTINGS = """
[tool.dockgate.secrets.APP_DB_PASSWORD]
rotate = "postgres"
service = "postgres"
database = "POSTGRES_DB"
user = "APP_DB_USER"
roles = ["dockyard_a", "dockyard_b"]
owner = "POSTGRES_USER"
"""


def read_once(made: Shop) -> None:
    """Let the application read its password at its start, and open a connection for every few queries."""
    _edit(made, DATABASE, 'lambda: secret(files, "POSTGRES_PASSWORD")', 'secret(files, "POSTGRES_PASSWORD")')
    _edit(made, DATABASE, "max_size=10)", f"max_size=10, max_queries={EVERY})")


def adopt(made: Shop) -> None:
    """Give the application two roles that have its password in turn, beside the role that owns the database."""
    for name in ("POSTGRES_USER", "POSTGRES_PASSWORD"):
        _not_of_the_application(made, name)
    for file, more in (
        ("env/schema.toml", SCHEMA),
        ("pyproject.toml", SETTINGS),
        ("env/base.env", "APP_DB_USER=dockyard_a\n"),
        ("env/dev.env", "APP_DB_PASSWORD=dev-only-application\n"),
    ):
        with (made.root / file).open("a", encoding="utf-8") as opened:
            opened.write(more)
    _edit(made, BASE, "POSTGRES_USER: ${POSTGRES_USER}", "POSTGRES_USER: ${APP_DB_USER}")
    setting = "POSTGRES_PASSWORD_FILE: /run/secrets/"
    _edit(made, BASE, f"{setting}POSTGRES_PASSWORD", f"{setting}APP_DB_PASSWORD")
    _edit(made, BASE, "time from it\n    secrets: [POSTGRES_PASSWORD]", "time from it\n    secrets: [APP_DB_PASSWORD]")
    for others in ("VALKEY_PASSWORD, SESSION_KEY", "VALKEY_PASSWORD]\n    depends_on"):
        _edit(made, BASE, f"secrets: [POSTGRES_PASSWORD, {others}", f"secrets: [APP_DB_PASSWORD, {others}")
    stored = 'POSTGRES_PASSWORD: {file: "${DOCKGATE_SECRETS:?inv up sets it}/POSTGRES_PASSWORD"}'
    _edit(made, BASE, stored, f"{stored}\n  {stored.replace('POSTGRES_PASSWORD', 'APP_DB_PASSWORD')}")


def _not_of_the_application(made: Shop, name: str) -> None:
    """Take the services of the application from the readers of a variable."""
    path = made.root / "env/schema.toml"
    before, _, after = path.read_text(encoding="utf-8").partition(f"\n[{name}]\n")
    kept = after.replace('"api", "worker", "migrate", "seed"]', '"seed"]', 1)
    path.write_text(f"{before}\n[{name}]\n{kept}", encoding="utf-8")


def _edit(made: Shop, file: str, old: str, new: str) -> None:
    path = made.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, (file, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
