"""DG325: a database, queue or console whose authentication is switched off outside development.

By a variable (`POSTGRES_HOST_AUTH_METHOD=trust`, `MYSQL_ALLOW_EMPTY_PASSWORD`, `ALLOW_EMPTY_PASSWORD`,
`xpack.security.enabled=false`, `NEO4J_AUTH=none`, …) or by a command (`redis-server --protected-mode no`, `mongod
--noauth`, `cockroach start --insecure`, `mysqld --skip-grant-tables`). What merely has no password set is not judged.
An error in production, a warning in staging.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG325"
TITLE = "A service without authentication"
SCOPE = Scope.MODEL

_ON = frozenset({"1", "true", "yes", "on", "y", "t", "enabled"})
_OFF = frozenset({"0", "false", "no", "off", "n", "f", "disabled", "none"})
# By variable: what its value must be for the authentication to be off.
_ON_IS_OPEN = re.compile(
    r"^(?:(?:MYSQL|MARIADB|PERCONA|CLICKHOUSE|REDIS|VALKEY|MONGODB|POSTGRESQL|"
    r"KEYDB)?_?ALLOW_EMPTY_(?:ROOT_)?PASSWORD|ALLOW_ANONYMOUS_LOGIN|"
    r"ALLOW_NONE_AUTHENTICATION|ALLOW_PLAINTEXT_LISTENER|ALLOW_ANONYMOUS|MOSQUITTO_ALLOW_ANONYMOUS|"
    r"DISABLE_SECURITY_PLUGIN|"
    r"PLUGINS\.SECURITY\.DISABLED|PLUGINS_SECURITY_DISABLED|OPENSEARCH_SECURITY_DISABLED|"
    r"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED|"
    r"GF_AUTH_ANONYMOUS_ENABLED|CLICKHOUSE_SKIP_USER_SETUP|TRAEFIK_API_INSECURE|MEILI_NO_AUTH|"
    r"DISABLE_AUTH(?:ENTICATION)?|"
    r"NO_AUTH(?:ENTICATION)?|AUTH(?:ENTICATION)?_DISABLED|SKIP_AUTH(?:ENTICATION)?|DANGEROUSLY_OMIT_AUTH|"
    r"COUCHBASE_NO_AUTH|SURREAL_UNAUTHENTICATED)$"
)
_OFF_IS_OPEN = re.compile(
    r"^(?:XPACK[._]SECURITY[._]ENABLED|(?:ELASTICSEARCH|ELASTIC)_SECURITY_ENABLED|NEO4J_DBMS_SECURITY_AUTH__?ENABLED|"
    r"INFLUXDB_HTTP_AUTH_ENABLED|"
    r"ME_CONFIG_BASICAUTH|ME_CONFIG_BASICAUTH_ENABLED|RABBITMQ_LOOPBACK_USERS|ELASTICSEARCH_ENABLE_SECURITY|"
    r"OPENSEARCH_ENABLE_SECURITY|"
    r"ARANGO_AUTH|PGADMIN_CONFIG_SERVER_MODE|NEO4J_AUTH|REDIS_PROTECTED_MODE|PROTECTED_MODE|"
    r"AUTH(?:ENTICATION)?_ENABLED|ENABLE_AUTH(?:ENTICATION)?|"
    r"REQUIRE_AUTH(?:ENTICATION)?|AUTH_REQUIRED|QDRANT_ENABLE_AUTH|MONGODB_AUTH_ENABLED|COUCHDB_REQUIRE_VALID_USER)$"
)
_VALUES = {
    "POSTGRES_HOST_AUTH_METHOD": re.compile(r"trust"),
    "POSTGRESQL_HOST_AUTH_METHOD": re.compile(r"trust"),
    "POSTGRES_INITDB_ARGS": re.compile(r"(?:--auth(?:-host)?[= ]|-a ?)trust"),
    "POSTGRES_INITDB_ARGUMENTS": re.compile(r"(?:--auth(?:-host)?[= ]|-a ?)trust"),
    "CASSANDRA_AUTHENTICATOR": re.compile(r"allowallauthenticator"),
    "AUTH_TYPE": re.compile(r"^(?:trust|any)$"),
    "PGBOUNCER_AUTH_TYPE": re.compile(r"^(?:trust|any)$"),
    "ARANGO_NO_AUTH": re.compile(r".+"),
    "MYSQL_ALLOW_EMPTY_PASSWORD": re.compile(r".+"),
    "MARIADB_ALLOW_EMPTY_PASSWORD": re.compile(r".+"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": re.compile(r".+"),
    "JUPYTER_TOKEN": re.compile(r""),
    "ARANGO_ROOT_PASSWORD": re.compile(r""),
}
_COMMAND = re.compile(
    r"--protected-mode[= ]no|--noauth\b|--skip-grant-tables|--auth(?:-host)?[= ]trust|\bcockroach\b.*\s--insecure\b|"
    r"--api\.insecure(?:=true)?(?=\s|$)|"
    r"--(?:Notebook|Server|Identity)(?:App|Provider)\.token=['\"]*(?=\s|$)|-Expack\.security\.enabled=false|"
    r"--server\.authentication[= ]false|"
    r"--no-auth(?:entication)?\b|--without-authentication\b|--disable-auth(?:entication)?\b|--auth[= ](?:none|off|"
    r"false)\b|--requirepass(?: ['\"]{2}|$)|--anonymous-auth=true|"
    r"hba_file=\S*trust|--authenticationDisabled|--auth-mode[= ]server\b|--allow-anonymous\b|"
    r"PermitEmptyPasswords[= ]yes|--insecure-dev-mode|--unauthenticated\b|--no_auth_user\b",
    re.IGNORECASE,
)
_ALWAYS_EMPTY = frozenset(name for name, pattern in _VALUES.items() if not pattern.pattern)


def check(context: Context) -> Iterator[Hit]:
    """Look at the variables and commands that switch authentication off."""
    if context.development:
        return
    for service, entry in context.services():
        for what, key, name in _open(entry):
            yield Hit(
                f"{service} asks for no password ({what}): whatever reaches it is let in",
                "remove it, and give the service a password as a secret: secrets: [NAME], NAME_FILE: /run/secrets/NAME",
                context.place("services", service, key, *([name] if name else [])),
                severity=context.severity,
                service=service,
                name=name,
            )


def _open(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    given = dict(settings.variables(entry))
    for name, value in given.items():
        if is_open(name, value, given):
            yield f"{name}={value}", "environment", name
        elif value.startswith("-") and (option := _COMMAND.search(value)):  # `REDIS_ARGS`, `…_EXTRA_FLAGS`
            yield f"{name}={option[0].strip()}", "environment", name
    if found := _COMMAND.search(settings.command(entry)):
        yield found[0].strip(), "command", ""


def is_open(name: str, value: str, given: Mapping[str, str]) -> bool:
    """Return whether a variable with this value switches authentication off; `given` are the others."""
    upper, low = name.upper(), value.strip().lower()
    if upper in _ALWAYS_EMPTY:
        return not low and not given.get(f"{name}_FILE")
    if pattern := _VALUES.get(upper):
        return bool(low and pattern.search(low))
    return bool((_ON_IS_OPEN.match(upper) and low in _ON) or (_OFF_IS_OPEN.match(upper) and low in _OFF))
