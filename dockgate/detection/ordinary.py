"""Values that settings consist of: paths, numbers, options, addresses without a password, digests; pure."""

from __future__ import annotations

import re

from dockgate.detection import lookalikes

_PLAIN = re.compile(
    r"true|false|yes|no|on|off|\d{1,7}(?:\.\d+)?(?:ms|s|m|h|d|kb|mb|gb|[kmg]i?b?)?|[\d.]{1,19}|"
    r"(?-i:-[a-z]+(?:-[a-z]+)*)|--(?-i:[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*)(?:=(?:/[\w./-]+)?)?|"
    r"[\w.-]+\.(?:pem|key|crt|svg|png|jpe?g|gif|webp|ico|css|html?|json|ya?ml|toml|txt|env|cfg|conf|age|gpg|p12|pfx|jks|p8|sh|bash|ps1|py|rb|js|ts|sql|xml)|"
    r"(?:[\d.]{1,15}:)?\d{1,5}:\d{1,5}(?:/(?:tcp|udp))?|"  # a port and one behind it
    r"(?:HS|RS|ES|PS)\d{3}|A\d{3}(?:CBC-HS\d{3}|(?:GCM)?(?:KW)?)|ECDH-ES(?:\+A\d{3}KW)?|EdDSA|SHA\d+with\w+|HTTP/[\d.]+|"
    r"/[\w./-]+(?:\s\w+=[\w,]+)+|"  # a path and options
    r"(?-i:[a-z_]\w*(?:\.[a-z_]\w*)*\.(?:[A-Z][a-z]+){2,})|"  # a class by its module
    r"(?:aes|sha|scram|rsa(?:ssa)?|ed25519|argon2(?:id?|d)?|bcrypt|scrypt|pbkdf2)"
    r"(?:[-_/]?(?:\d{1,4}|oaep|pss|gcm|cbc|ctr|ccm|siv|crypt|hmac|pkcs1|mgf1|v\d|sha\d*))*+|"
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?:[a-z]+ )?#[0-9a-f]{3,8}|0x(?:[0-9a-f]{1,16}|[0-9a-f]{40})|"
    r"(?:sha\d+|md5|openpgp4fpr)[:-].*|"
    r"(?:ssh-(?:rsa|ed25519)|ecdsa-\S+|age1)\s?.*|-----BEGIN (?:PUBLIC KEY|CERTIFICATE).*",
    re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile(
    r"(?:\$\([^()]*\)|\$\{[^{}]*\}|\$\w+)?/[\w./*+:{}%-]+|\.{1,2}/[\w./-]+|~/[\w./+-]*|[\w.-]+(?:/[\w.-]+)+\.\w{2,5}|[A-Za-z]:\\.*|"
    r"[a-z][\w-]*(?:\.[a-z][\w-]*)*\.(?:com|org|io|dev|net|in)/[\w./-]+",
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
# The scheme is bounded: in a blob it would be looked for from each letter to the end of the run.
# Python before 3.11.4 (Debian 12 has 3.11.2) loses matches where a group is repeated possessively.
URL = re.compile(
    r"(?<![A-Za-z])[A-Za-z][\w+.-]{0,40}://(?P<user>[^\s:/@]*):(?P<password>[^\s@]{1,500}+(?:@(?=[^\s/@]*@)[^\s@]*+)*)@"
)


def is_ordinary(text: str) -> bool:
    """Return whether a value is a path or several, a number, an option, an address without a password, a digest."""
    if _PLAIN.fullmatch(text):
        return True
    place = _PATH.fullmatch(text) or (_ADDRESS.fullmatch(text) and not URL.search(text))
    return bool(place) and not _DRAWN.search(text)


def holds_nothing(text: str) -> bool:
    """Return whether a value is ordinary as a whole and in each part: an address may have a secret in its query."""
    return (is_ordinary(text) and not _CARRIES.search(text)) or lookalikes.is_direction(text)
