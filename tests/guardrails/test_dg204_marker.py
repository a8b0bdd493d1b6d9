from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from dockgate.core.errors import ConfigError
from dockgate.guardrails.rules import dg204_marker as rule
from tests.guardrails.scenes import catches, catches_not, context, model, project

MARKERS = {
    "hosts": ["db.shop.example.net", "*.prod.shop.internal", "*-prod.example.org", "10.20.0.5"],
    "databases": ["shop_production"],
    "aws-accounts": ["581039954779"],
    "gcp-projects": ["shop-prod-4711"],
    "jwt-issuers": ["https://id.shop.example.net"],
    "url-patterns": [r"^https://api\.shop\.example\.net/v\d"],
}
KINDS = {
    "hosts": "host", "databases": "database", "aws-accounts": "AWS", "gcp-projects": "GCP", "jwt-issuers": "issuer",
    "url-patterns": "URL",
}  # fmt: skip
SETTINGS = {"environments": {"prod": {"markers": MARKERS}}}


def part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


JWT = f"{part({'alg': 'HS256'})}.{part({'iss': 'https://id.shop.example.net'})}.c2lnbmF0dXJl"
AUDIENCES = f"{part({'alg': 'HS256'})}.{part({'iss': 5, 'aud': ['x', 5, 'https://id.shop.example.net']})}.c2lnbg"
POINTING = {
    "host": "DATABASE_URL=postgres://app:x@DB.shop.example.net:5432/shop",
    "host pattern": "OTHER=cache.prod.shop.internal",
    "the other host pattern": "OTHER=cache-prod.example.org",
    "address": "OTHER=10.20.0.5:9000",
    "database in a DSN": "DATABASE_URL=postgres://app:x@db:5432/shop_production?sslmode=require",
    "database in libpq": "OTHER='host=db dbname=shop_production'",
    "database by name": "POSTGRES_DB=shop_production",
    "account in an ARN": "OTHER=arn:aws:iam::581039954779:role/app",
    "account in a key id": "OTHER=KEY-ID",
    "project in an address": "OTHER=app@shop-prod-4711.iam.gserviceaccount.com",
    "project in a path": "OTHER=projects/shop-prod-4711.json",
    "issuer in a token": f"OTHER={JWT}",
    "one of several audiences of a token": f"OTHER={AUDIENCES}",
    "issuer in the second token": f"OTHER='eyJhbGciOiJIUzI1NiJ9.eyJ4.x {JWT}'",
    "issuer": "OTHER=https://id.shop.example.net",
    "URL pattern": "OTHER=https://api.shop.example.net/v2/orders",
    "encoded": f"OTHER={base64.b64encode(b'https://api.shop.example.net/v2').decode()}",
}


def key_id(account: int) -> str:
    """Return an access key id that carries this account number: the reverse of what the rule decodes."""
    head = ((account << 7) & 0x7FFFFFFFFF80) | (1 << 47)
    return "ASIA" + base64.b32encode(head.to_bytes(6) + b"\0\1\2\3").decode()


@pytest.mark.parametrize("line", POINTING.values(), ids=POINTING)
def test_catches_every_kind_of_marker(line: str) -> None:
    """Hosts, databases, accounts, projects, issuers, URLs; encoded ones too."""
    line = line.replace("KEY-ID", key_id(581039954779))
    catches(rule, context("dev", line + "\n", project=project(SETTINGS)))


@pytest.mark.parametrize("kind", MARKERS)
def test_catches_by_markers_of_one_kind_alone(kind: str) -> None:
    """None needs another."""
    settings = {"environments": {"prod": {"markers": {kind: MARKERS[kind]}}}}
    lines = "".join(f"{line}\n" for line in POINTING.values()).replace("KEY-ID", key_id(581039954779))
    hits = [*rule.check(context("dev", lines, project=project(settings)))]
    found = {hit.message.partition(" points at ")[2].partition(" ")[0] for hit in hits}
    assert found == {KINDS[kind]}


@pytest.mark.parametrize(("host", "count"), [(["*.prod.shop.internal"], 1), (["db.shop.example.net"], 1), ([], 0)])
def test_hosts_are_names_or_patterns(host: list[str], count: int) -> None:
    settings = {"environments": {"prod": {"markers": {"hosts": host}}}}
    text = "OTHER=x.prod.shop.internal\nTOKEN=db.shop.example.net\n"
    catches(rule, context("dev", text, project=project(settings)), count)


def test_catches_in_the_resolved_model() -> None:
    """A Compose file may point at production past every env file."""
    seen = context("dev", model=model(api={"command": ["--db", "db.shop.example.net"]}), project=project(SETTINGS))
    [hit] = catches(rule, seen)
    assert (hit.service, hit.name, hit.message) == (
        "api", "1", "1 points at host db.shop.example.net, which is prod's",
    )  # fmt: skip
    assert hit.fix == ("use this environment's own; the markers stand in [tool.dockgate.environments.prod.markers]")


def test_catches_in_a_config_and_not_in_what_is_only_named() -> None:
    """Of the model, services and configs reach containers; each place is told once for a marker."""
    whole = {
        **model(api={"environment": {"A": "db.shop.example.net"}}),
        "configs": {"conf": {"content": "db.shop.example.net db.shop.example.net"}},
        "volumes": {"data": {"name": "db.shop.example.net"}},
    }
    hits = catches(rule, context("dev", model=whole, project=project(SETTINGS)), 2)
    assert [(hit.service, hit.name) for hit in hits] == [("api", "A"), ("conf", "content")]


def test_catches_what_references_come_to() -> None:
    """Each half alone points nowhere."""
    lines = "OTHER=shop_production\nDATABASE_URL=postgres://app:x@db:5432/${OTHER}\n"
    [hit] = catches(rule, context("dev", lines, project=project(SETTINGS)))
    assert (hit.name, hit.location.line) == ("DATABASE_URL", 2)


def test_catches_developments_host_in_production() -> None:
    """Every environment may have markers; they work in both directions."""
    settings = {"environments": {"dev": {"markers": {"hosts": ["mailhog"]}}}}
    catches(rule, context("prod", "OTHER=smtp://mailhog:1025\n", project=project(settings)))


def test_catches_not_in_its_own_environment_nor_near_misses() -> None:
    """A longer host name, another database and a file name are other things."""
    near = (
        "OTHER=db.shop.example.net.attacker.test\nTOKEN=shop_production_copy.sql\nPUBLIC_URL=http://api.shop.test/v2\n"
    )
    catches_not(rule, context("dev", near, project=project(SETTINGS)))
    catches_not(rule, context("prod", "OTHER=10.20.0.5\n", project=project(SETTINGS)))


@pytest.mark.parametrize(
    ("markers", "what"),
    [
        ({"host": ["x"]}, "host is not a key of this table. Did you mean hosts?"),
        ({"hosts": "x"}, "hosts must be a list, not 'x'"),
        ({"url_patterns": ["*"]}, "url-patterns '*' is not a regular expression: nothing to repeat at position 0"),
    ],
)  # fmt: skip
def test_a_misspelt_marker_is_an_error(markers: dict[str, Any], what: str) -> None:
    """A marker that does nothing would be a guard that does not look."""
    seen = context("dev", project=project({"environments": {"prod": {"markers": markers}}}))
    with pytest.raises(ConfigError) as caught:
        list(rule.check(seen))
    assert str(caught.value) == f"pyproject.toml: [tool.dockgate.environments.prod.markers] {what}"
