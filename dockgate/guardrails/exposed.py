"""Secrets that a service gets in clear, in its environment, labels or disk: one answer for DG309 and compose-lint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core.compose_escape import unescape
from dockgate.detection import credential

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

SHORTEST = 8  # a secret below this length would be found inside ordinary words


def variables(context: Context) -> Iterator[tuple[str, str, str]]:
    """Yield (service, key of the service, variable): by declared name, by known value, by what it looks like."""
    names = context.secret_names()
    own = {secret.reveal() for secret in context.resolved.secrets().values()}
    for service, entry in context.services():
        for key in ("environment", "labels"):
            for name, value in (entry.get(key) or {}).items():
                text = unescape(str(value or ""))
                held = any(len(each) >= SHORTEST and each in text for each in own)
                if text and (held or name in names or credential.classify(name, text)):
                    yield service, key, name


def copies(context: Context) -> Iterator[tuple[str, str, str]]:
    """Yield (service, key of the secret, variable) of the secrets that Compose makes of variables."""
    table = context.model.get("secrets") or {}
    for service, entry in context.services():
        for each in entry.get("secrets") or ():
            key = str(each.get("source", "")) if isinstance(each, dict) else str(each)
            if name := (table.get(key) or {}).get("environment"):
                yield service, key, name
