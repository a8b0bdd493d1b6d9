"""DG327: a build with rights of the host.

`build: {privileged: true}`, `entitlements: [security.insecure, network.host]`, `network: host`: what a Dockerfile
fetches then runs as root on the machine that builds, or in its network. `network: host` alone is a warning, as
everything is in development.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG327"
TITLE = "A build with rights of the host"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look at `build:` of each service."""
    for service, entry in context.services():
        for key, what, severity in _rights(entry.get("build") or {}):
            yield Hit(
                f"{service} is built with {key}: {what}",
                f"remove it from build:, and use RUN --mount for what needs {key}",
                context.place("services", service, "build", key),
                severity=Severity.WARNING if context.development else severity,
                service=service,
            )


def _rights(build: Mapping[str, Any]) -> Iterator[tuple[str, str, Severity]]:
    if build.get("privileged"):
        yield "privileged", "true", Severity.ERROR
    for each in build.get("entitlements") or ():
        yield "entitlements", str(each), Severity.ERROR if each == "security.insecure" else Severity.WARNING
    if build.get("network") == "host":
        yield "network", "host", Severity.WARNING
