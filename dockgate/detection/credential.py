"""Distinguishes a real credential from a placeholder and ordinary configuration, by name, format and looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from dockgate.detection import decodings, key_formats, lookalikes, placeholders, secret_names, templates
from dockgate.detection.key_formats import entropy
from dockgate.detection.ordinary import URL, holds_nothing, is_ordinary
from dockgate.detection.placeholders import asks, is_placeholder
from dockgate.detection.secret_names import speaks_of_one as names_a_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockgate.detection.key_formats import Key

__all__ = [
    "ADDRESSED",
    "CHOSEN",
    "SETTING",
    "UNNAMED",
    "URL",
    "Credential",
    "asks",
    "certain",
    "classify",
    "holds_nothing",
    "is_ordinary",
    "is_password",
    "is_placeholder",
    "may_be_chosen",
    "may_be_one",
    "names_a_secret",
]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SETTING = re.compile(
    r"(?P<user>password|passwd|pwd|accountkey|sharedaccesskey|secret|token)\s*=\s*['\"]?(?P<password><[^<>]*>|(?:(?!,\s?\w+=)[^;'\"\s&])+)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"[\w-]*$")
_FAR = 60  # characters of a name in front of one of these words; chosen: names of variables are shorter
_RANDOM = re.compile(r"[A-Za-z0-9+/=_.~-]{20,}")
# In one case, as programs print digests, commits and identifiers; an address of Ethereum has both.
_HEX = re.compile(r"0x[0-9a-fA-F]+|[0-9a-f]+|[0-9A-F]+")
_CLASSES = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))
# What names the provider of a key, or its stage, in front of it.
_BEGINNING = re.compile(r"\{noop\}|(?:[A-Za-z]{2,8}[_-]){1,3}")
_DIGITS = 8  # a password of digits alone; chosen: a PIN, a port and a year are shorter
_LONGEST_DRAWN = 200  # characters; chosen: longer ones are data, keys of providers have formats of their own
_RUNS = re.compile(r"(?=[a-z0-9+]*[A-Z])(?=[A-Z0-9+]*[a-z])(?=[A-Za-z+]*\d)[A-Za-z0-9+]+")
# Characters. Of a value under a name that says nothing: of 10,000 draws of 24 in base62, 98 % have
# a run as long with all three kinds in it, of 32 in base64 91 %.
_SHORTEST_RUN = 18
_SHORTEST_PIECE = 12  # beside a reference; chosen, half of what a generator makes
_SHORTEST_SALT = 16  # chosen: as many characters as NIST SP 800-132 asks bytes of a salt
_OF_COOKIE = re.compile(r"signing|encrypt|cookie")  # a salt that frameworks commit: the secret is another setting
_NAMED = re.compile(r"@?[A-Za-z]+(?:[ ._-][A-Za-z]+)*")  # letters only: drawn ones have digits
_KEY = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{8,}")
CHOSEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\S{8,200}")
SHORTEST = 5  # characters; chosen: `root`, `test` and `none` have four
# Bits a character: of 10,000 draws of 24 in base62, three have less (55 of 20).
RANDOM_BITS = 3.6
# Letters in a row, on average: draws of 24 in base62 have 2.1, one in 140 of them so many; English words have five.
WORD_LENGTH = 3.6


_ENTRY = re.compile(r'"([\w.-]+)"\s*:\s*"([^"]+)"')  # of JSON

UNNAMED, ADDRESSED = "random characters", "password in an address"


class Credential(Struct, frozen=True):
    """What a credential was recognised by, for a message; the value is never in it.

    `certain`: by its own format. `unsound`: it has the format, and no provider makes such a one.
    """

    kind: str
    certain: bool = False
    unsound: bool = False


def classify(name: str, value: str) -> Credential | None:
    """Return what kind of credential the value of variable `name` is, None for a placeholder or ordinary value."""
    text = value.strip().strip("\"'`").strip()
    if len(text) < SHORTEST:
        return None
    if known := tuple(key_formats.proven(text)):
        return next(certain(known), None)
    protected = lookalikes.is_protected(text)
    if templates.refers(text) and not protected:
        return _around_references(name, text)
    if protected or placeholders.is_reference(text):
        return None
    if match := URL.search(text) or next(settings(text), None):
        return Credential(ADDRESSED) if is_password(match["user"], match["password"]) else None
    return _by_name(name, text)


def settings(text: str) -> Iterator[re.Match[str]]:
    """Yield the passwords in a row of settings; the `PublicKeyToken` of an assembly is none."""
    for match in SETTING.finditer(text):
        before = _BEFORE.findall(text[max(0, match.start() - _FAR) : match.start()])[0]
        if names_a_secret(before + match["user"]):
            yield match


def _by_name(name: str, text: str) -> Credential | None:
    if names_a_secret(name):
        return Credential("secret by its name") if _is_secret(name, text) else None
    return Credential(UNNAMED) if _random(name, text) else None


def certain(keys: Iterable[Key]) -> Iterator[Credential]:
    """Yield the credentials among keys of providers: no filler, none that stands in public documentation."""
    return (
        Credential(key.format.kind, certain=True, unsound=key.unsound)
        for key in keys
        if not key.hollow and not lookalikes.is_documented(key.text)
    )


def _around_references(name: str, text: str) -> Credential | None:
    """Judge what a text with references in it says itself: their defaults, and what stands between them."""
    if asks(text):  # `baJHzA___REDACTED___xMLb`
        return None
    for other, default in templates.defaults(text):
        if found := classify(name if names_a_secret(name) else other, default):
            return found
    if any(is_password(match["user"], match["password"]) for match in URL.finditer(templates.filled(text))):
        return Credential(ADDRESSED)
    clear = names_a_secret(name) and not secret_names.is_vague(name)
    drawn = any(_random(name, piece) or (clear and _is_key(piece)) for piece in templates.pieces(text))
    return Credential(UNNAMED) if drawn else None


def is_password(user: str | None, password: str) -> bool:
    """Return whether the password of an address is one: no reference, no placeholder, and not its user's name."""
    inner = unquote(password)
    none = any(each(inner) for each in (is_placeholder, lookalikes.is_protected, lookalikes.is_expression))
    return len(inner) >= SHORTEST and inner != user and not none and not templates.refers(inner)


def _is_secret(name: str, text: str) -> bool:
    """Return whether a value is a secret, where its name speaks of one."""
    body = _BEGINNING.sub("", text)
    inner = (part for each in decodings.texts(text, 1)[1:] for part in _stated_in(each))
    said = (text, *(body,) * (len(body) >= SHORTEST), *inner)
    if any(map(_is_open, said)):
        return False
    if any(map(is_placeholder, said)) or lookalikes.names_something(name, text) or _is_harmless_json(text):
        return False
    if secret_names.is_vague(name):
        low = name.lower()
        if low.endswith("salt") and (len(text) < _SHORTEST_SALT or _OF_COOKIE.search(low)):
            return False
        none = lookalikes.is_fingerprint(text) or lookalikes.is_identifier(text) or is_ordinary(text)
        return not none and _mixed(text)
    return not is_ordinary(text) or (text.isdecimal() and len(text) >= _DIGITS and "pass" in name.lower())


def _is_open(decoded: str) -> bool:
    """Return whether a text is a user with a password that is none, as headers have both: `beep:boop`."""
    user, sign, password = decoded.partition(":")
    return bool(sign) and user.isalpha() and password.isalpha() and not is_password(user, password)


def _is_harmless_json(text: str) -> bool:
    """Return whether a value is an object of JSON that only says how something is done: `{"algorithm": "sha-256"}`."""
    objects = (_ENTRY.findall(each) for each in decodings.texts(text, 1) if each[:1] == "{" and each[-1:] == "}")
    return any(
        entries
        and all(
            not names_a_secret(name)
            and (is_ordinary(value) or is_placeholder(value) or lookalikes.names_something(name, value))
            for name, value in entries
        )
        for entries in objects
    )


def _stated_in(text: str) -> Iterator[str]:
    """Yield what is judged of a text that a value decodes to: of settings in JSON the secrets, not their hosts."""
    secrets = [value for name, value in _ENTRY.findall(text) if names_a_secret(name)] if text.startswith("{") else []
    yield from (part for each in secrets for part in decodings.texts(each, 1))
    if not secrets:
        yield text


def _is_key(piece: str) -> bool:
    """Return whether what stands beside a reference is a secret itself, of which a part only looks like a reference."""
    drawn = len(piece) >= _SHORTEST_PIECE and _KEY.search(piece) and _mixed(piece)
    return bool(drawn) and not is_ordinary(piece) and not is_placeholder(piece)


def _mixed(text: str) -> bool:
    """Return whether a text looks drawn: letters and digits in one word that does not read as words."""
    words = placeholders.reads_as_words(text, WORD_LENGTH) and not placeholders.is_unspeakable(text)
    return bool(CHOSEN.fullmatch(text)) and not words


def may_be_one(name: str, value: str) -> bool:
    """Return whether a value may be a secret, though a message would be wrong about it: a word of a vocabulary, too."""
    text = value.strip().strip("\"'`")
    chosen = len(text) >= SHORTEST and names_a_secret(name) and not is_ordinary(text) and not is_placeholder(text)
    return chosen or classify(name, value) is not None


def may_be_chosen(text: str) -> bool:
    """Return whether a person may have chosen it as a secret: no placeholder, and nothing that settings consist of."""
    return not holds_nothing(text) and not is_placeholder(text)


def _is_filler(decoded: str) -> bool:
    """Return whether what a value decodes to is no secret; a user with a password is one, whatever it is."""
    return ":" not in decoded and (is_placeholder(decoded) or bool(_NAMED.fullmatch(decoded)))


def _random(name: str, text: str) -> bool:
    """Return whether a value under a name that says nothing looks like a key: long, mixed, no words, no digest."""
    if not _RANDOM.fullmatch(text) or len(text) > _LONGEST_DRAWN or _HEX.fullmatch(text) or _UUID.search(text):
        return False  # an image, a digest, an identifier
    if max(map(len, _RUNS.findall(text)), default=0) < _SHORTEST_RUN:
        return False
    if secret_names.speaks_of_another(name) or is_ordinary(text) or lookalikes.is_protected(text):
        return False
    if lookalikes.is_address(text) or any(map(_is_filler, decodings.texts(text, 1)[1:])):
        return False
    return (
        all(each.search(text) for each in _CLASSES)
        and entropy(text) >= RANDOM_BITS
        and not placeholders.reads_as_words(text, WORD_LENGTH)
        and not is_placeholder(text)
    )
