"""Tells a real credential from a placeholder and from ordinary configuration, by its name, its format and its looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from dockgate.detection import key_formats, placeholders
from dockgate.detection.assignments import Form, assigned, is_name, is_stated, literals
from dockgate.detection.key_formats import entropy
from dockgate.detection.placeholders import asks, is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Credential",
    "asks",
    "classify",
    "holds_nothing",
    "in_line",
    "is_ordinary",
    "is_placeholder",
    "may_be_chosen",
    "names_a_secret",
    "values",
]

_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)?s?(?:_?\d+)?$|pwd$|passw(?:or)?t$|secret|token|credential|api_?key|access_?key|"
    r"private_?key|(?:^|_)(?:key|auth|pat|pin|salt|pepper|psk|cred|creds|otp|pw|bearer|signature|license_?key)(?:_?\d+)?$|"
    r"(?:encryption|signing|session|master|account|shared|hmac|jwt|totp|service|storage|app|client|host)_?key|auth_?key",
    re.IGNORECASE,
)
_NO_SECRET_NAME = re.compile(
    r"_(?:file|path|dir|folder|url|uri|host|port|name|names|id|ids|user|username|ttl|expir\w*|length|len|size|type|algo|"
    r"algorithm|alg|lifetime|timeout|max_age|age|days|hours|seconds|minutes|enabled|required|policy|rotation|interval|"
    r"version|prefix|suffix|alias|header|field|format|endpoint|issuer|audience|method|mode|count|min|max|scope|scopes|env|"
    r"class|provider|hash_?rounds|cost|store|backend|driver|manager|vault|region|arn|fingerprint|digest|checksum)$|"
    r"public_?key|pub_?key|publishable|key_?id$|primary_?key|foreign_?key|sort_?key|partition_?key|cache_?key|site_?key|project_?key|keyboard|"
    r"keycloak_?url|tokenizer|max_?tokens|(?:^|_)(?:no|skip|disable|allow|require|use|enable|has|is)_",
    re.IGNORECASE,
)
_DIGEST_NAME = re.compile(
    r"sha\d*|digest|checksum|commit|revision|hash|integrity|etag|uuid|guid|version|nonce_?example|image|build|public"
    r"|fingerprint|(?:^|_)(?:id|ref|rev|tag|cid)$|^h1$|site_?key",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"true|false|yes|no|on|off|\d{1,7}(?:\.\d+)?(?:ms|s|m|h|d|kb|mb|gb|[kmg]i?b?)?|[\d.]{1,19}|"
    r"--(?-i:[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*)(?:=(?:/[\w./-]+)?)?|"
    r"[\w-]+\.(?:pem|key|crt|json|ya?ml|toml|txt|env|cfg|conf|age|gpg)|(?:HS|RS|ES|PS)\d{3}|"
    r"(?:aes|sha|scram|rsa(?:ssa)?|ed25519|argon2(?:id?|d)?|bcrypt|scrypt|pbkdf2)"
    r"(?:[-_/]?(?:\d{1,4}|oaep|pss|gcm|cbc|ctr|ccm|siv|crypt|hmac|pkcs1|mgf1|v\d|sha\d*))*+|"
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?:[a-z]+ )?#[0-9a-f]{3,8}|"
    r"(?:sha\d+|md5)[:-].*|(?:ssh-(?:rsa|ed25519)|ecdsa-\S+|age1)\s?.*|-----BEGIN (?:PUBLIC KEY|CERTIFICATE).*",
    re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile(
    r"(?:\$\([^()]*\)|\$\{[^{}]*\}|\$\w+)?/[\w./*+:{}-]+|\.{1,2}/[\w./-]+|~/[\w./+-]*|[\w.-]+(?:/[\w.-]+)+\.\w{2,5}|[A-Za-z]:\\.*",
    re.DOTALL,
)
# As one word: a command with an address in it is none.
_ADDRESS = re.compile(r"[^\s\"']*://[^\s\"']*")
# Random characters in a path or an address: base64 may begin with a slash, and a webhook's key is a part of its path.
_DRAWN = re.compile(
    r"(?<![A-Za-z0-9+])(?:(?=[a-z0-9+]*[A-Z])(?=[A-Z0-9+]*[a-z])(?=[A-Za-z+]*\d)[A-Za-z0-9+]{12,}"
    r"|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,})"
)
# Such an address may hold a secret in its query or as its user.
_CARRIES = re.compile(r"://.*[@?&;]")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_URL = re.compile(r"[A-Za-z][\w+.-]*://[^\s:/@]*:(?P<password>[^\s@]{1,500}(?:@(?=[^\s/]*@)[^\s@]*)*)@")
_SETTING = re.compile(
    r"(?:password|passwd|pwd|accountkey|sharedaccesskey|secret|token)\s*=\s*['\"]?([^;'\"\s&]+)", re.IGNORECASE
)
_RANDOM = re.compile(r"[A-Za-z0-9+/=_.~-]{20,}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_CLASSES = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))
_CHOSEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\S{8,200}")
SHORTEST = 5
HEX_LENGTH, HEX_BITS = 32, 3.0
RANDOM_BITS = 3.6
WORD_LENGTH = 3.6


class Credential(Struct, frozen=True):
    """What a credential was recognised by, for a message; the value is never in it. `certain`: by its own format."""

    kind: str
    certain: bool = False


def classify(name: str, value: str) -> Credential | None:
    """Return what kind of credential the value of variable `name` is, None for a placeholder or ordinary value."""
    text = value.strip().strip("\"'`")
    if len(text) < SHORTEST or placeholders.is_reference(text):
        return None
    if known := tuple(key_formats.proven(text)):
        return next((Credential(key.format.kind, certain=True) for key in known if not key.hollow), None)
    for pattern in (_URL, _SETTING):
        if match := pattern.search(text):
            inner = unquote(match[1])
            return None if len(inner) < SHORTEST or is_placeholder(inner) else Credential("password in an address")
    if name.lower() == "key" and is_name(text):  # of whatever has keys and values
        return None
    if names_a_secret(name):
        return None if is_ordinary(text) or is_placeholder(text) else Credential("secret by its name")
    return Credential("random characters") if _random(name, text) else None


def in_line(line: str, written: Form = Form.SETTINGS) -> Iterator[tuple[str, Credential]]:
    """Go through the credentials of one line of a text file with the names that they are assigned to."""
    found = False
    for name, value in assigned(line, written):
        if credential := classify(name, value):
            found = True
            yield name, credential
    if not found and written is Form.PROGRAM:
        for credential in filter(None, (classify("", text) for text in literals(line) if _states(text))):
            found = True
            yield "", credential
    if not found:
        known = (Credential(key.format.kind, certain=True) for key in key_formats.proven(line) if not key.hollow)
        yield from (("", each) for each in dict.fromkeys(known))


def _states(text: str) -> bool:
    """Tell whether a text in quotes may hold a credential with its name: an address, or settings in a row."""
    setting = _SETTING.search(text)
    return bool(_URL.search(text)) or (setting is not None and is_stated(setting[1]))


def values(line: str, written: Form = Form.SETTINGS) -> Iterator[str]:
    """Go through the assigned values of one line that are credentials; those of a program under any name or none."""
    yield from (value.strip("\"'`") for name, value in assigned(line, written) if classify(name, value))
    if written is Form.PROGRAM:
        yield from (text for text in literals(line) if _CHOSEN.fullmatch(text) and may_be_chosen(text))


def names_a_secret(name: str) -> bool:
    """Tell whether a variable's name says that its value is a secret."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").replace(".", "_")
    return bool(_SECRET_NAME.search(snake)) and not _NO_SECRET_NAME.search(snake)


def is_ordinary(text: str) -> bool:
    """Tell whether a value is a path or several, a number, an option, an address without a password, a digest."""
    if _PLAIN.fullmatch(text):
        return True
    place = _PATH.fullmatch(text) or (_ADDRESS.fullmatch(text) and not _URL.search(text))
    return bool(place) and not _DRAWN.search(text)


def holds_nothing(text: str) -> bool:
    """Tell whether a value is ordinary as a whole and in each part: an address may have a secret in its query."""
    return is_ordinary(text) and not _CARRIES.search(text)


def may_be_chosen(text: str) -> bool:
    """Tell whether somebody may have chosen this as a secret: no placeholder, and nothing that settings consist of."""
    return not holds_nothing(text) and not is_placeholder(text)


def _random(name: str, text: str) -> bool:
    """Tell whether a value under a name that says nothing looks like a key: long, mixed, no words, no digest."""
    if not _RANDOM.fullmatch(text) or _UUID.fullmatch(text) or _DIGEST_NAME.search(name) or is_ordinary(text):
        return False
    if _HEX.fullmatch(text):
        return (
            not text.isdecimal() and len(text) >= HEX_LENGTH and entropy(text) >= HEX_BITS and not is_placeholder(text)
        )
    return (
        all(each.search(text) for each in _CLASSES)
        and entropy(text) >= RANDOM_BITS
        and not placeholders.reads_as_words(text, WORD_LENGTH)
        and not is_placeholder(text)
    )
