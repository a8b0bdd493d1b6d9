"""DG212: a plain-http URL to another machine in production.

`http`, `ws` and `ftp` to a public address or a name outside private zones.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG212"
TITLE = "A plain-http URL to the outside in production"
SCOPE = Scope.ENV

_URL = re.compile(r"\b(http|ws|ftp)://(?:[^\s/@]*@)?(\[[0-9a-fA-F:.]+\]|[^\s/:?#\"',;]+)")
_INTERNAL = (".local", ".internal", ".localhost", ".svc", ".cluster.local", ".lan", ".home.arpa", ".test")
# Namespaces that look like addresses and are never fetched.
_NAMES = frozenset({"www.w3.org", "schemas.xmlsoap.org", "schemas.microsoft.com", "json-schema.org"})


def check(context: Context) -> Iterator[Hit]:
    """Look for http, ws and ftp URLs whose host is not on this machine or a private network."""
    if not context.production:
        return
    every = [(name, each.reveal(), each.origin) for name, each in context.resolved.values.items()]
    every += [(each.name, value, each.origin) for each, value in context.stated()]
    for name, value, origin in every:
        for scheme, host in _URL.findall(value):
            if external(host.lower().strip("[]").rstrip(".")):
                yield Hit(
                    f"{name} sends data in clear: {scheme}:// to another machine",
                    f"use {'wss' if scheme == 'ws' else 'https'}://",
                    origin,
                    name=name,
                )
                break


def external(host: str) -> bool:
    """Return whether a host is outside: a public address, or a name with a dot that is not one of an internal zone."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_INTERNAL) and host not in _NAMES
