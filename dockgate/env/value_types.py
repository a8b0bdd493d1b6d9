"""The types of variables: what a value must look like, in words that never repeat the value."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockgate.env.variable import Variable

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_BOOLEANS = frozenset("true false yes no on off 1 0".split())
_DURATION = re.compile(r"(?:[0-9]{1,18}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h|d))+")
_BYTES = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?(?:[kKmMgGtT](?:i?[bB])?|[bB])?")
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+(?:[/?#]\S*)?|(?:unix|file|sqlite)[A-Za-z0-9+.-]*:///\S*")
MAX_PORT = 65535  # RFC 9293: 16 bits


def _port(value: str) -> str:
    good = value.isascii() and value.isdigit() and len(value) <= len(str(MAX_PORT)) and 0 < int(value) <= MAX_PORT
    return "" if good else f"is not a port (1 to {MAX_PORT})"


def _host(value: str) -> str:
    if _HOST.fullmatch(value):
        return ""
    import ipaddress  # noqa: PLC0415 - only for what is not a plain name

    try:
        ipaddress.ip_address(value.removeprefix("[").removesuffix("]"))
    except ValueError:
        return "is not a host name or address"
    return ""


def _json(value: str) -> str:
    try:
        json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return "is not JSON"
    return ""


def _no_constant(name: str) -> None:
    """Refuse what only Python takes for JSON: NaN and Infinity."""
    raise ValueError(name)


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    return lambda value: "" if pattern.fullmatch(value) else f"is not {what}"


TYPES: Mapping[str, Callable[[str], str]] = {
    "string": lambda _value: "",
    "int": _matching(_INTEGER, "a whole number"),
    "bool": lambda value: "" if value.lower() in _BOOLEANS else "is not true or false (also yes/no, on/off, 1/0)",
    "port": _port,
    "url": _matching(_URL, "a URL (scheme://host…)"),
    "host": _host,
    "path": lambda value: "" if value.isprintable() else "is not a path (control characters)",
    "duration": _matching(_DURATION, "a duration (such as 500ms, 30s, 1h30m)"),
    "bytes": _matching(_BYTES, "a size (such as 512k, 64m, 2g)"),
    "email": _matching(_EMAIL, "an e-mail address"),
    "enum": lambda _value: "",
    "json": _json,
    "regex": lambda _value: "",
}


def fault(variable: Variable, value: str) -> str:
    """Return what is wrong with `value` for `variable`, without showing it; empty when nothing is."""
    if wrong := TYPES[variable.type](value):
        return wrong
    if variable.values and value not in variable.values:
        return f"is not one of {', '.join(variable.values)}"
    if variable.pattern and not re.fullmatch(variable.pattern, value):
        return f"does not match {variable.pattern}"
    return _outside(variable, value)


def _outside(variable: Variable, value: str) -> str:
    short = len(value) < variable.min_length
    long = bool(variable.max_length) and len(value) > variable.max_length
    if variable.secret and (short or long):
        return "is not of a length that the schema allows"  # on which side is already something about the value
    if short:
        return f"is shorter than {variable.min_length} characters"
    if long:
        return f"is longer than {variable.max_length} characters"
    return _out_of_range(variable, int(value)) if variable.type == "int" else ""


def _out_of_range(variable: Variable, number: int) -> str:
    if variable.minimum is not None and number < variable.minimum:
        return f"is less than {variable.minimum:g}"
    if variable.maximum is not None and number > variable.maximum:
        return f"is more than {variable.maximum:g}"
    return ""
