from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg324_tls_off as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "line",
    [
        "NODE_TLS_REJECT_UNAUTHORIZED=0", "PYTHONHTTPSVERIFY=0", "GIT_SSL_NO_VERIFY=true", "GIT_SSL_NO_VERIFY=1",
        "NPM_CONFIG_STRICT_SSL=false",
        "VAULT_SKIP_VERIFY=true", "CONSUL_HTTP_SSL_VERIFY=false", "REQUESTS_CA_BUNDLE=", "CURL_CA_BUNDLE=",
        "DOCKER_TLS_VERIFY=",
        "KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM=", "OPENSSL_VERIFY_MODE=none",
        "JAVA_TOOL_OPTIONS=-Dcom.sun.jndi.ldap.object.disableEndpointIdentification=true",
        "LDAPTLS_REQCERT=never",
        "ANSIBLE_HOST_KEY_CHECKING=False", "SSL_VERIFY=false", "VERIFY_SSL=no", "TLS_INSECURE_SKIP_VERIFY=true",
        "GF_SMTP_SKIP_VERIFY=true",
        "ELASTICSEARCH_SSL_VERIFICATIONMODE=none", "PIP_TRUSTED_HOST=pypi.shop.example", "MAIL_TLS_VERIFY=off",
        "DISABLE_SSL_VERIFICATION=1", "TLS_ALLOW_INVALID_CERTIFICATES=1",
        "IGNORE_CERT_ERRORS=1", "ACCEPT_SELF_SIGNED_CERTS=true", "TLS_INSECURE=true", "INSECURE_SKIP_VERIFY=true",
        "VERIFY_CERTS=false",
        "CACHE_URL=rediss://cache:6379/0?ssl_cert_reqs=none", "DB_URL=jdbc:sqlserver://db;trustServerCertificate=true",
        "GIT_SSH_COMMAND=ssh -o StrictHostKeyChecking=no", "node_tls_reject_unauthorized=0",
    ],
)  # fmt: skip
def test_catches_variables_that_switch_it_off(line: str) -> None:
    """By name and value; an error in production, a warning in staging."""
    name, _, value = line.partition("=")
    seen = model(api={"environment": {name: value}})
    [hit] = catches(rule, context("prod", model=seen))
    assert (hit.name, hit.severity) == (name, Severity.ERROR)
    [hit] = catches(rule, context("staging", model=seen))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    "command",
    ["curl -k https://x.example", "wget --no-check-certificate https://x", "kubectl --insecure-skip-tls-verify get"],
)
def test_catches_commands(command: str) -> None:
    """What the service itself runs."""
    [hit] = catches(rule, context("prod", model=model(api={"command": ["sh", "-c", command]})))
    assert (hit.name, hit.location.path) == ("", "compose.yaml:services.api.command")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("x 'h?x=1&sslverify=none;y'", "sslverify=none"),
        ("x https://h?verify=false", "verify=false"),
        ("curl -k", "curl -k"),
        ("curl --insecure", "curl --insecure"),
        ("x --trusted-host h", "--trusted-host"),
        ("x endpoint.identification.algorithm=", "endpoint.identification.algorithm="),
    ],
)
def test_shows_what_of_a_command_it_is(command: str, shown: str) -> None:
    """Without the signs around it."""
    [hit] = catches(rule, context("prod", model=model(api={"command": command})))
    assert hit.message == f"api: the command ({shown}) switches off the check of who is at the other end"


@pytest.mark.parametrize(
    ("name", "value", "off"),
    [
        ("SKIP_VERIFY", " True ", True),
        ("SKIP_VERIFY", "maybe", False),
        ("SSL_VERIFY", " NONE ", True),
        ("SSL_VERIFY", "maybe", False),
        ("SSL_NO_VERIFY", "false", False),
        ("REQUESTS_CA_BUNDLE", " ", True),
        ("REQUESTS_CA_BUNDLE", "x", False),
        ("GOINSECURE", "x", True),
        ("GOINSECURE", " ", False),
        ("goinsecure", "x", True),
        ("OPTS", "curl -k", True),
        ("OPTS", "curl", False),
        ("OPTS", "curl --insecure", True),
    ],
)
def test_a_variable_switches_it_off_by_name_and_value(name: str, value: str, *, off: bool) -> None:
    assert rule.is_off(name, value) is off


@pytest.mark.parametrize(
    "line",
    [
        "NODE_TLS_REJECT_UNAUTHORIZED=1", "GIT_SSL_NO_VERIFY=false", "SSL_VERIFY=true", "VAULT_SKIP_VERIFY=0",
        "NODE_EXTRA_CA_CERTS=/ca.pem",
        "REQUESTS_CA_BUNDLE=/etc/ssl/ca.pem", "DATABASE_URL=postgres://db/x?sslmode=disable", "TLS_ENABLED=false",
        "EMAIL_VERIFICATION=none",
        "VERIFY_EMAIL=false", "HEALTH_CHECK=false", "SKIP_MIGRATION_CHECK=true", "CHECK_UPDATES=no",
        "DOCKER_TLS_CERTDIR=", "SSL_MODE=off",
    ],
)  # fmt: skip
def test_catches_not_what_leaves_it_on(line: str) -> None:
    """On is on; a connection inside the stack may be plain, and other checks are no business of this rule."""
    name, _, value = line.partition("=")
    catches_not(rule, context("prod", model=model(api={"environment": {name: value}})))
    catches_not(rule, context("dev", model=model(api={"environment": {"PYTHONHTTPSVERIFY": "0"}})))


def test_catches_not_a_probe_of_the_service_itself() -> None:
    """Its own certificate has another name than localhost."""
    command = "curl -k https://localhost:8443/health"
    catches_not(rule, context("prod", model=model(api={"command": command, "environment": dict[str, Any]()})))
