"""The dates inside a value: of a certificate (the first of a chain; in base64, too), of a JWT."""

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
_ENCODED = re.compile(r"LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR[A-Za-z0-9+/\n]+={0,2}")
BUNDLE = 5  # certificates; more than that are the authorities that a program trusts, of which some have expired


class Dated(Struct, frozen=True):
    """What in a value has a date, the day on which it ends, and the one before which it is not valid."""

    kind: str
    end: date
    start: date | None = None


def find(text: str) -> Dated | None:
    """Return what in a text ends first, None where nothing has a date."""
    found = [each for each in (_certificate(text), _token(text)) if each]
    return min(found, key=lambda each: each.end, default=None)


def _certificate(text: str) -> Dated | None:
    text += "".join(map(_decoded, _ENCODED.findall(text)))
    if PEM not in text:
        return None
    from cryptography import x509  # noqa: PLC0415 - only to read one

    chain = _PEM.findall(text.replace("\\n", "\n"))
    if not chain or len(chain) > BUNDLE:
        return None
    try:
        first = x509.load_pem_x509_certificate(chain[0].encode())
    except ValueError:
        return None
    return Dated("the certificate", first.not_valid_after_utc.date(), first.not_valid_before_utc.date())


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("ascii")
    except ValueError:
        return ""


def _token(text: str) -> Dated | None:
    found = [dated for match in _JWT.finditer(text) if (dated := _claimed(match[1]))]
    return min(found, key=lambda each: each.end, default=None)


def _claimed(payload: str) -> Dated | None:
    """Return the days of `exp` and `nbf` in the payload of a JWT, None where there is no `exp` or it is no time."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        start = _day(claims["nbf"]) if "nbf" in claims else None
        return Dated("the token", _day(claims["exp"]), start)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _day(moment: object) -> date:
    return datetime.fromtimestamp(float(str(moment)), UTC).date()
