"""The one table of the key formats of providers: what a key begins with, what follows, what it opens; data only.

Prefixes, alphabets and lengths are those that this project's rules had, compared with the rule sets of gitleaks 8 and
betterleaks 2 (docs/decisions/provider-key-formats.md). Not every row was looked up in its provider's documentation.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from dockgate.detection.provider_key_rows import BETTERLEAKS_2, GITLEAKS_8


class Stage(StrEnum):
    """What a key opens, where its form shows it; the words are the ones that providers use most."""

    ANY = ""
    LIVE = "live"
    TEST = "test"


class KeyFormat(Struct, frozen=True):
    """One format. `starts`: literals, one of which each key holds, with `before` characters in front of it.

    `bits`: Shannon entropy of a character, below which the key is filler. `proves`: the form alone shows a secret;
    without it, it only shows the stage of a key that something else calls one.
    """

    provider: str
    starts: tuple[str, ...]
    rest: str
    stage: Stage = Stage.ANY
    before: tuple[int, ...] = (0,)
    bits: float = 2.5
    proves: bool = True

    @property
    def kind(self) -> str:
        """What it is, for a message."""
        return f"{self.provider} {self.stage} key" if self.stage else self.provider


WORD = "[A-Za-z0-9]"
URL_SAFE = "[A-Za-z0-9_-]"
HEX = "[0-9a-fA-F]"
PRIVATE_KEY = "private key"


def _rows(table: str) -> tuple[KeyFormat, ...]:
    """Read `provider | starts | rest`, one a line; `W`, `U` and `X` in braces are the three alphabets above."""
    split = (line.split(" | ") for line in table.strip().splitlines())
    return tuple(
        KeyFormat(
            name.strip(),
            tuple(starts.split()),
            rest.strip().replace("{W}", WORD).replace("{U}", URL_SAFE).replace("{X}", HEX),
        )
        for name, starts, rest in split
    )


_PREFIXED = (*_rows(GITLEAKS_8), *_rows(BETTERLEAKS_2))
# Each stands in its own line where its providers give the live and the test key different forms.
_STAGED = (
    KeyFormat("Stripe or Clerk", ("sk_live_", "rk_live_", "sk_prod_", "rk_prod_"), rf"{WORD}{{10,}}", Stage.LIVE),
    KeyFormat("Stripe or Clerk", ("sk_test_", "rk_test_"), rf"{WORD}{{10,}}", Stage.TEST),
    KeyFormat("Stripe or Clerk", ("pk_live_",), rf"{WORD}{{10,}}", Stage.LIVE, proves=False),
    KeyFormat("Stripe or Clerk", ("pk_test_",), rf"{WORD}{{10,}}", Stage.TEST, proves=False),
    KeyFormat("Razorpay", ("rzp_live_",), rf"{WORD}{{10,}}", Stage.LIVE),
    KeyFormat("Razorpay", ("rzp_test_",), rf"{WORD}{{10,}}", Stage.TEST),
    KeyFormat("Plaid", ("access-production-",), r"[0-9a-f-]{20,}", Stage.LIVE),
    KeyFormat("Plaid", ("access-sandbox-", "access-development-"), r"[0-9a-f-]{20,}", Stage.TEST),
    KeyFormat("PayPal or Braintree", ("access_token$production$",), r"[0-9a-z$]{16,}", Stage.LIVE),
    KeyFormat("PayPal or Braintree", ("access_token$sandbox$",), r"[0-9a-z$]{16,}", Stage.TEST),
    KeyFormat("Flutterwave", ("FLWSECK-",), r"[0-9A-Za-z-]{12,}", Stage.LIVE),
    KeyFormat("Flutterwave", ("FLWSECK_TEST-",), r"[0-9A-Za-z-]{12,}", Stage.TEST),
    KeyFormat("Flutterwave", ("FLWPUBK_TEST-",), r"[0-9A-Za-z-]{12,}", Stage.TEST, proves=False),
    KeyFormat("Square", ("sandbox-sq0",), rf"[a-z]{{3}}-{URL_SAFE}{{20,}}", Stage.TEST),
    KeyFormat("Square", ("sq0atp-", "sq0csp-"), rf"{URL_SAFE}{{22,}}", Stage.LIVE),
    KeyFormat("Square token", ("EAAA",), rf"{URL_SAFE}{{60}}"),
    KeyFormat("Shippo", ("shippo_live_",), rf"{HEX}{{20,}}", Stage.LIVE),
    KeyFormat("Shippo", ("shippo_test_",), rf"{HEX}{{20,}}", Stage.TEST),
    KeyFormat("Duffel", ("duffel_live_",), r"[A-Za-z0-9_=-]{20,}", Stage.LIVE),
    KeyFormat("Duffel", ("duffel_test_",), r"[A-Za-z0-9_=-]{20,}", Stage.TEST),
    KeyFormat("EasyPost", ("EZAK",), rf"{WORD}{{54}}", Stage.LIVE),
    KeyFormat("EasyPost", ("EZTK",), rf"{WORD}{{54}}", Stage.TEST),
    KeyFormat("Lob, Mollie or GoCardless", ("live_",), rf"{URL_SAFE}{{25,}}", Stage.LIVE, proves=False),
    KeyFormat("Paddle", ("pdl_live_apikey_",), r"[0-9a-zA-Z_]{20,}", Stage.LIVE),
    KeyFormat("Paddle", ("pdl_sdbx_apikey_",), r"[0-9a-zA-Z_]{20,}", Stage.TEST),
    KeyFormat("Onfido", ("api_live.", "api_live_"), r"(?:[a-z]{2}\.)?[0-9A-Za-z_.-]{20,}", Stage.LIVE, proves=False),
    KeyFormat("Mercury", ("mercury_production_",), rf"{URL_SAFE}{{10,}}", Stage.LIVE, proves=False),
    KeyFormat("Persona", ("persona_production_",), rf"{URL_SAFE}{{10,}}", Stage.LIVE, proves=False),
)
# The literal to look for stands inside the key, or the key is no word.
_OTHERS = (
    KeyFormat("Mailchimp key", ("-us",), r"\d{1,2}", before=(32,), bits=3.0),
    KeyFormat("Telegram bot token", (":AA",), rf"{URL_SAFE}{{33}}", before=(8, 9, 10)),
    KeyFormat("Terraform token", (".atlasv1.",), r"[A-Za-z0-9_=-]{60,}", before=(14,)),
    KeyFormat("Azure AD client secret", ("Q~",), r"[A-Za-z0-9_~.-]{31,34}", before=(4,)),
    KeyFormat("Facebook app token", ("|",), rf"{URL_SAFE}{{27,40}}", before=(15, 16)),
    KeyFormat("MaxMind license key", ("_mmk",), "", before=(36,), bits=3.0),
    KeyFormat("Salesforce token", ("!",), r"[A-Za-z0-9._-]{80,260}", before=(15,)),
    KeyFormat("Tableau token", ("==:",), rf"{WORD}{{32}}", before=(22,)),
    KeyFormat("Sidekiq key", ("@gems.contribsys.com", "@enterprise.contribsys.com"), "", before=(17,), bits=0.0),
    KeyFormat(
        "Discord bot token",
        ("MT", "MD", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"),
        rf"{URL_SAFE}{{22,26}}\.{URL_SAFE}{{6}}\.{URL_SAFE}{{27,}}",
    ),
    KeyFormat("Azure storage key", ("AccountKey",), r"=[A-Za-z0-9+/]{86}=="),
    KeyFormat(PRIVATE_KEY, ("-----BEGIN ",), r"(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----", bits=0.0),
)
# What stands in front of the literal, for those that have something there.
FRONT = {
    "Mailchimp key": r"[0-9a-f]{32}",
    "Telegram bot token": r"\d{8,10}",
    "Terraform token": rf"{WORD}{{14}}",
    "Azure AD client secret": r"[A-Za-z0-9_~.]{3}\d",
    "Facebook app token": r"\d{15,16}",
    "MaxMind license key": rf"{WORD}{{6}}_{WORD}{{29}}",
    "Salesforce token": rf"00{WORD}{{13}}",
    "Tableau token": r"[A-Za-z0-9+/]{22}",
    "Sidekiq key": r"[0-9a-f]{8}:[0-9a-f]{8}",
}
TABLE = (*_PREFIXED, *_STAGED, *_OTHERS)
