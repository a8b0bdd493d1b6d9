from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg325_no_authentication as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_HOST_AUTH_METHOD=trust", "MYSQL_ALLOW_EMPTY_PASSWORD=yes", "MYSQL_ALLOW_EMPTY_PASSWORD=1",
        "ALLOW_EMPTY_PASSWORD=yes",
        "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1", "ALLOW_ANONYMOUS_LOGIN=yes", "xpack.security.enabled=false",
        "DISABLE_SECURITY_PLUGIN=true",
        "NEO4J_AUTH=none", "POSTGRES_INITDB_ARGS=--auth-host=trust", "POSTGRES_INITDB_ARGS=-A trust",
        "ALLOW_NONE_AUTHENTICATION=yes",
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true", "ME_CONFIG_BASICAUTH=false", "ARANGO_NO_AUTH=1",
        "PGBOUNCER_AUTH_TYPE=trust",
        "INFLUXDB_HTTP_AUTH_ENABLED=false", "JUPYTER_TOKEN=", "REDIS_ARGS=--save 60 1 --protected-mode no",
        "MONGO_EXTRA_FLAGS=--noauth", "CASSANDRA_AUTHENTICATOR=AllowAllAuthenticator", "SURREAL_UNAUTHENTICATED=true",
    ],
)  # fmt: skip
def test_catches_variables_that_let_everyone_in(line: str) -> None:
    """By name and value; an error in production, a warning in staging."""
    name, _, value = line.partition("=")
    [hit] = catches(rule, context("prod", model=model(db={"environment": {name: value}})))
    assert (hit.name, hit.severity) == (name, Severity.ERROR)
    [hit] = catches(rule, context("staging", model=model(db={"environment": {name: value}})))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    "command",
    [
        "redis-server --protected-mode no", "mongod --noauth", "cockroach start-single-node --insecure",
        "mysqld --skip-grant-tables", "surreal start --unauthenticated", "nats-server --no_auth_user guest",
        "traefik --api.insecure=true --providers.docker", "jupyter lab --NotebookApp.token=''",
        "postgres -c hba_file=/trust.conf",
    ],
)  # fmt: skip
def test_catches_commands_that_do(command: str) -> None:
    """As a text and as a list."""
    catches(rule, context("prod", model=model(db={"command": command})))
    catches(rule, context("prod", model=model(db={"command": command.split()})))


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_HOST_AUTH_METHOD=scram-sha-256", "MYSQL_ALLOW_EMPTY_PASSWORD=", "ALLOW_EMPTY_PASSWORD=no",
        "NEO4J_AUTH=neo4j/x",
        "POSTGRES_INITDB_ARGS=--data-checksums", "POSTGRES_INITDB_ARGS=--auth-local=trust",
        "xpack.security.enabled=true", "AUTH_TYPE=company", "JUPYTER_TOKEN=kX7mQ2vN",
    ],
)  # fmt: skip
def test_catches_not_where_a_password_is_asked_for(line: str) -> None:
    """Nor in development."""
    name, _, value = line.partition("=")
    catches_not(rule, context("prod", model=model(db={"environment": {name: value}})))
    catches_not(rule, context("dev", model=model(db={"environment": {"POSTGRES_HOST_AUTH_METHOD": "trust"}})))


@pytest.mark.parametrize("entry", [{"command": ["redis-server", "--requirepass", "x"]}, {"command": None}, {}])
def test_catches_not_ordinary_commands(entry: dict[str, Any]) -> None:
    """A password in a command is another rule's business."""
    catches_not(rule, context("prod", model=model(db=entry)))
