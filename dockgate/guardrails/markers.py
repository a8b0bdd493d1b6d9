"""Markers: what gives an environment away without a secret, `[tool.dockgate.environments.NAME.markers]`."""

from __future__ import annotations

import base64
import binascii
import json
import re
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dockgate.core.toml_table import Table
from dockgate.detection import decodings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.core.project import Project

_WORD = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_DATABASE = re.compile(r"(?:dbname|database|initial catalog)\s*=\s*['\"]?([^;'\"\s&]+)", re.IGNORECASE)
_DSN = re.compile(r"[A-Za-z][\w+.-]*:(?://)?[^\s/]*//?[^\s/]+/([^\s/?#;]+)")
_DATABASE_NAME = re.compile(r"(^|_)(DB|DATABASE|DBNAME|DB_NAME|DATABASE_NAME)$", re.IGNORECASE)
_AWS_KEY = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)([A-Z2-7]{16})(?![A-Z0-9])")
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_GCP = re.compile(r"projects/([a-z][a-z0-9-]+)|@([a-z][a-z0-9-]+)\.iam\.gserviceaccount\.com")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.(eyJ[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")


class Markers(Struct, frozen=True):
    """The markers of one environment."""

    environment: str
    hosts: frozenset[str]
    host_pattern: re.Pattern[str] | None
    databases: frozenset[str]
    aws_accounts: frozenset[str]
    gcp_projects: frozenset[str]
    jwt_issuers: frozenset[str]
    urls: tuple[re.Pattern[str], ...]

    def __bool__(self) -> bool:
        """Return whether there is a marker at all."""
        sets = (self.hosts, self.host_pattern, self.databases, self.aws_accounts, self.gcp_projects)
        return any((*sets, self.jwt_issuers, self.urls))

    def found(self, value: str, name: str) -> tuple[str, ...]:
        """Return the markers in the value of variable `name`, each once, as `kind marker`."""
        if not self:
            return ()
        found = dict.fromkeys(what for text in decodings.texts(value) for what in self._in(text))
        if value in self.databases and _DATABASE_NAME.search(name):
            found[f"database {value}"] = None
        if value in self.jwt_issuers:
            found[f"issuer {value}"] = None
        return tuple(found)

    def _in(self, text: str) -> Iterator[str]:
        yield from self._hosts_in(text)
        if self.databases:
            yield from (f"database {each}" for each in _databases(text) if each in self.databases)
        if self.aws_accounts:
            yield from (f"AWS account {each}" for each in _accounts(text) if each in self.aws_accounts)
        if self.jwt_issuers:
            yield from (f"issuer {each}" for each in _issuers(text) if each in self.jwt_issuers)
        yield from (f"URL pattern {each.pattern}" for each in self.urls if each.search(text))

    def _hosts_in(self, text: str) -> Iterator[str]:
        if not (self.hosts or self.host_pattern or self.gcp_projects):
            return
        for word in _WORD.findall(text):
            host = word.lower()
            if host in self.hosts or (self.host_pattern and self.host_pattern.match(host)):
                yield f"host {host}"
            if host in self.gcp_projects:
                yield f"GCP project {host}"
        for match in _GCP.finditer(text):
            project = match[1] or match[2]
            if project in self.gcp_projects:
                yield f"GCP project {project}"


def load(project: Project) -> tuple[Markers, ...]:
    """Return the markers of every environment that has some; ConfigError for an unknown key or a bad pattern."""
    written = project.settings.get("environments", {})
    loaded = [_markers(project, name, written.get(name, {}).get("markers", {})) for name in project.environments]
    return tuple(each for each in loaded if each)


def _markers(project: Project, environment: str, written: Mapping[str, Any]) -> Markers:
    values = {key.replace("_", "-"): value for key, value in written.items()}
    table = Table(values, f"tool.dockgate.environments.{environment}.markers", project.file, project.root)
    hosts = [host.lower() for host in table.strings("hosts")]
    patterns = [host for host in hosts if "*" in host]
    markers = Markers(
        environment=environment,
        hosts=frozenset(hosts),  # a pattern among them is no word of any text
        host_pattern=re.compile("|".join(map(translate, patterns))) if patterns else None,
        databases=frozenset(table.strings("databases")),
        aws_accounts=frozenset(table.strings("aws-accounts")),
        gcp_projects=frozenset(table.strings("gcp-projects")),
        jwt_issuers=frozenset(table.strings("jwt-issuers")),
        urls=tuple(_pattern(table, each) for each in table.strings("url-patterns")),
    )
    table.done()
    return markers


def _pattern(table: Table, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise table.error("url-patterns", f"{text!r} is not a regular expression: {error}") from error


def _databases(text: str) -> Iterator[str]:
    if "=" in text:
        yield from _DATABASE.findall(text)
    if ":" in text and "/" in text:
        yield from _DSN.findall(text)


def _accounts(text: str) -> Iterator[str]:
    """Go through AWS account numbers, as written and as key ids carry them (bits 1 to 40 of the decoded key id)."""
    yield from _ACCOUNT.findall(text)
    for match in _AWS_KEY.finditer(text):
        head = int.from_bytes(base64.b32decode(match[1])[:6])
        yield f"{(head & 0x7FFFFFFFFF80) >> 7:012d}"


def _issuers(text: str) -> Iterator[str]:
    for match in _JWT.finditer(text):
        body = match[1] + "=" * (-len(match[1]) % 4)
        try:
            claims = json.loads(base64.urlsafe_b64decode(body))
        except (binascii.Error, ValueError, RecursionError):
            continue
        for claim in (claims.get("iss"), claims.get("aud")):  # what begins with `eyJ` is an object
            yield from (each for each in (claim if isinstance(claim, list) else [claim]) if isinstance(each, str))
