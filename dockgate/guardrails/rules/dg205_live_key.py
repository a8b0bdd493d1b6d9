"""DG205: a provider's live key outside production."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.detection import decodings
from dockgate.guardrails.rule import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG205"
TITLE = "A live key of a provider outside production"
SCOPE = Scope.ENV

_START = r"(?<![A-Za-z0-9])"
# What the providers' own documentation calls the live or production form of a key.
LIVE = {
    "Stripe or Clerk": r"[srp]k_live_[0-9A-Za-z]{10,}",
    "Razorpay": r"rzp_live_[0-9A-Za-z]{10,}",
    "Plaid": r"access-production-[0-9a-f-]{20,}",
    "PayPal or Braintree": r"access_token\$production\$[0-9a-z$]{16,}",
    "Flutterwave": r"FLWSECK-[0-9A-Za-z-]{12,}",
    "Square": r"sq0(?:atp|csp)-[0-9A-Za-z_-]{22,}",
    "Shippo": r"shippo_live_[0-9a-f]{20,}",
    "Duffel": r"duffel_live_[0-9A-Za-z_-]{20,}",
    "Lob, Mollie or GoCardless": r"live_[0-9A-Za-z_-]{25,}",
    "Paddle": r"pdl_live_apikey_[0-9a-z_A-Z]{20,}",
    "Onfido": r"api_live(?:_[a-z]{2})?\.[0-9A-Za-z_.-]{20,}",
    "Mercury": r"mercury_production_[0-9A-Za-z_-]{10,}",
    "Persona": r"persona_production_[0-9A-Za-z_-]{10,}",
    "a provider": r"[a-z]{2,12}[_-](?:live|prod|production)[_-](?=[0-9A-Za-z]*[0-9])[0-9A-Za-z]{16,}",
}
_LIVE = {provider: re.compile(_START + pattern) for provider, pattern in LIVE.items()}
_HINT = re.compile("live|prod|FLWSECK|sq0")


def check(context: Context) -> Iterator[Hit]:
    """Look for the live forms of known key formats in every value and in what it decodes to."""
    if context.production:
        return
    for each, value in context.assignments():
        provider = first(value, _LIVE, _HINT)
        if provider:
            yield Hit(
                f"{each.name} holds a live key of {provider}",
                "use the provider's test key here, and revoke this one if it was committed",
                each.origin,
                name=each.name,
            )


def first(value: str, patterns: dict[str, re.Pattern[str]], hint: re.Pattern[str]) -> str:
    """Return the first provider whose pattern is in `value` or in what it decodes to, else an empty string."""
    for text in decodings.texts(value):
        if hint.search(text):
            for provider, pattern in patterns.items():
                if pattern.search(text):
                    return provider
    return ""
