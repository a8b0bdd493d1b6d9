"""Keys of providers that say in themselves whether they are live or for tests."""

from __future__ import annotations

import re

from dockgate.detection import decodings

_START = r"(?<![A-Za-z0-9])"
# What the providers' own documentation calls the live or production form of a key.
_LIVE_FORMS = {
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
_LIVE = {provider: re.compile(_START + pattern) for provider, pattern in _LIVE_FORMS.items()}
_LIVE_HINT = re.compile("live|prod|FLWSECK|sq0")
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
_TEST_HINT = re.compile("test|sandbox|development|TEST")


def live(value: str) -> str:
    """Return the provider whose live key is in `value` or in what it decodes to, else an empty string."""
    return _first(value, _LIVE, _LIVE_HINT)


def test(value: str) -> str:
    """Return the provider whose test key is in `value` or in what it decodes to, else an empty string."""
    return _first(value, _TEST, _TEST_HINT)


def _first(value: str, patterns: dict[str, re.Pattern[str]], hint: re.Pattern[str]) -> str:
    """Return the first provider whose pattern is in `value` or in what it decodes to, else an empty string."""
    for text in decodings.texts(value):
        if hint.search(text):
            for provider, pattern in patterns.items():
                if pattern.search(text):
                    return provider
    return ""
