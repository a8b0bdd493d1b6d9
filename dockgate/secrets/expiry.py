"""The date inside a value: of a certificate (the first of a chain), of a JWT."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import date

PEM = "-----BEGIN CERTIFICATE-----"
_PEM = re.compile(f"{PEM}.*?-----END CERTIFICATE-----", re.DOTALL)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.(eyJ[\w-]{8,})\.[\w-]*")
BUNDLE = 5  # certificates; more than that are the authorities that a program trusts, of which some have expired


class Dated(Struct, frozen=True):
    """What in a value has a date, and the day on which it ends."""

    kind: str
    end: date


def find(text: str) -> Dated | None:
    """Return what in a text ends first, None where nothing has a date."""
    found = [each for each in (_certificate(text), _token(text)) if each]
    return min(found, key=lambda each: each.end, default=None)


def _certificate(text: str) -> Dated | None:
    if PEM not in text:
        return None
    from cryptography import x509  # noqa: PLC0415 - only to read one

    chain = _PEM.findall(text.replace("\\n", "\n"))
    if not chain or len(chain) > BUNDLE:
        return None
    try:
        return Dated("the certificate", x509.load_pem_x509_certificate(chain[0].encode()).not_valid_after_utc.date())
    except ValueError:
        return None


def _token(text: str) -> Dated | None:
    ends = [end for match in _JWT.finditer(text) if (end := _end(match[1]))]
    return Dated("the token", min(ends)) if ends else None


def _end(payload: str) -> date | None:
    """Return the day of `exp` in the payload of a JWT, None where there is none or it is no time."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC).date()
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
