"""DG205: a provider's live key outside production.

Stripe, Clerk, Razorpay, Plaid, PayPal, Square and others mark live keys in the key itself. A general `…_live_…` form
is found too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import key_modes
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG205"
TITLE = "A live key of a provider outside production"
SCOPE = Scope.ENV


def check(context: Context) -> Iterator[Hit]:
    """Look for the live forms of known key formats in every value and in what it decodes to."""
    if context.production:
        return
    for each, value in context.assignments():
        provider = key_modes.live(value)
        if provider:
            yield Hit(
                f"{each.name} holds a live key of {provider}",
                "use the provider's test key here, and revoke this one if it was committed",
                each.origin,
                name=each.name,
            )
