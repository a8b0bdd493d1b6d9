"""DG207: a provider's test key in production."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockgate.guardrails.rule import Hit, Scope
from dockgate.guardrails.rules.dg205_live_key import first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG207"
TITLE = "A test key of a provider in production"
SCOPE = Scope.ENV

_TEST = {
    "Stripe or Clerk": re.compile(r"(?<![A-Za-z0-9])[srp]k_test_[0-9A-Za-z]{10,}"),
    "Razorpay": re.compile(r"(?<![A-Za-z0-9])rzp_test_[0-9A-Za-z]{10,}"),
    "Plaid": re.compile(r"(?<![A-Za-z0-9])access-(?:sandbox|development)-[0-9a-f-]{20,}"),
    "PayPal or Braintree": re.compile(r"access_token\$sandbox\$[0-9a-z$]{16,}"),
    "Flutterwave": re.compile(r"FLWSECK_TEST-[0-9A-Za-z-]{12,}"),
    "Square": re.compile(r"(?<![A-Za-z0-9])sandbox-sq0[a-z]{3}-[0-9A-Za-z_-]{20,}"),
    "a provider": re.compile(
        r"(?<![A-Za-z0-9])(?:[a-z]{2,12}[_-])?(?:test|sandbox)[_-](?=[0-9A-Za-z]*[0-9])[0-9A-Za-z]{16,}"
    ),
}
_HINT = re.compile("test|sandbox|development|TEST")


def check(context: Context) -> Iterator[Hit]:
    """Look for the test forms of known key formats in production's values."""
    if not context.production:
        return
    for each, value in context.assignments():
        provider = first(value, _TEST, _HINT)
        if provider:
            yield Hit(
                f"{each.name} holds a test key of {provider}",
                f"set the live key: inv secrets.set {each.name} --env={context.environment.name}",
                each.origin,
                name=each.name,
            )
