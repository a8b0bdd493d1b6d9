"""DG207: a provider's test key in production.

Orders would succeed without a charge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import key_modes
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG207"
TITLE = "A test key of a provider in production"
SCOPE = Scope.ENV


def check(context: Context) -> Iterator[Hit]:
    """Look for the test forms of known key formats in production's values."""
    if not context.production:
        return
    for each, value in context.assignments():
        provider = key_modes.test(value)
        if provider:
            yield Hit(
                f"{each.name} holds a test key of {provider}",
                f"set the live key: inv secrets.set {each.name} --env={context.environment.name}",
                each.origin,
                name=each.name,
            )
