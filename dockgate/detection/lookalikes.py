"""What stands where a secret could, and is none: names, versions, public keys, paths into vaults, ciphertext."""

from __future__ import annotations

import re
from hashlib import blake2b

from dockgate.detection import placeholders

# A range of versions, one of several, under the name of a package: `^3.0.0 || ^4.0.0`, `~> 2.1`, `npm:^7.0.3`.
_VERSION = r"(?:[\^~<>=!]{1,3}\s*+)?v?\d+(?:\.[\dx*]+)+(?:[-+.]?[A-Za-z][\w.+-]*)?"
_VERSIONS = re.compile(
    rf"(?:(?:npm|workspace|catalog|patch|file|link|git|github):)?(?:@?[\w./-]+@(?:npm:)?)?[\^~*]?"
    rf"(?:(?:\s++(?![\^~<>=!]))?{_VERSION}(?:(?:\s*+(?:\|\||,|-)\s*+|\s++){_VERSION})*)?",
)
# A rule of validation, an annotation of a type: `required|string|max:255`.
_RULES = re.compile(r"[a-z_]+(?::[\w,.]*)?(?:\|[a-z_]+(?::[\w,.]*)?)+")
_SHOUTED = re.compile(r"[A-Z]+(?:_[A-Z]+)+")  # the name of a variable
_WORD = re.compile(r"[a-z]{1,9}|[A-Z]{1,9}|[A-Z][a-z]{1,8}")  # of a vocabulary: `write`, `paperless`
# A word or a sentence of any language, as user interfaces have them: `Contraseña`, `Passwort vergessen?`, `(optional)`.
_SAID = re.compile(
    r"(?=.*[^\x00-\x7f])[^\W\d_]+[\W\d]{0,2}|(?=.*\\u)(?:\\u[0-9a-fA-F]{4}|[A-Za-z .,'?!:-])+|"
    r"(?!.*\d)(?:(?=[A-Z]\S*(?: \S+)*? [a-z])[\S ]*+|\S+(?: \S+)*[?:…!.])|\([A-Za-z]+\)?"
)
_FOREIGN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{3}")  # a sentence, which has no blanks there
# An expression that a program searches with: its groups and classes.
_REGEX = re.compile(r"\(\?[:=!<]|\[(?=[^\[\]]*+\][*+?{])[^\[\]]*?\w-\w|\[\^[^\[\]]+\][*+]|\\[sSdDwWb][*+?{]")
_JOINED = re.compile(
    r"[a-z]+(?:[-_./][a-z]+){1,2}|[a-z]+(?:[-_][a-z]+)*+(?:\.[a-z]+(?:[-_][a-z]+)*+)++"
)  # what a program or a cluster calls a thing
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s.*)?/?>?.*|&\w+;.*", re.DOTALL)
_POINTERS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*[+.-])?(?:secretsmanager|secretmanager|secrets?|ssm|vault|keyvault|akv|sops|kms|keychain|keyring|1password|"
    r"op|bws|doppler|infisical|conjur|berglas|gsm|gcpsm|awssm|asm|cmd|exec|resolve|urn|arn|ref|env|file|parameter-?store|pass)"
    r"(?:\+[a-z]+)?:(?!\d+$)\S.*|(?:projects|accounts|keys)/[^/\s]+/\S+|@Microsoft\.KeyVault\(.*|(?:kv|secret)/\S+",
    re.DOTALL | re.IGNORECASE,
)
_ENCRYPTED = re.compile(
    r"(?:[\w.@-]+:)?\$(?:2[abxy]|[1567y]|gy|apr1|argon2(?:id?|d)|scrypt|pbkdf2[\w-]*)\$\S+|\$ANSIBLE_VAULT;.*|"
    r"\{(?:S?SHA\d*|SSHA\d*|MD5|CRYPT|BCRYPT|ARGON2|cipher|PBKDF2[\w-]*)\}\S*|(?:ENC|DEC)[\[(].+|SCRAM-SHA-\d+\$\S*|md5[0-9a-f]{32}|"
    r"(?:pbkdf2|scrypt|bcrypt|argon2)[\w:]*\$\S+|vault:v\d+:\S+|age-encryption\.org/\S+|"
    r"-----BEGIN (?:AGE ENCRYPTED|PGP MESSAGE).*|"
    r"YWdlLWVuY3J5cHRpb24ub3Jn\S*|Ag[A-D][A-Za-z0-9+/]{300,}={0,2}|AQICAH[A-Za-z0-9+/]{60,}={0,2}|"
    r"[A-Za-z0-9+/=]{24,}--[A-Za-z0-9+/=]{16}--[A-Za-z0-9+/=]{24}",
    re.DOTALL,
)
_PUBLIC = re.compile(
    r"(?:ssh-\w+|ecdsa-\S+|sk-\S+@openssh\.com)\s.*|AAAA[BCE][23]N\w.*|age1[a-z0-9]{20,}|-----BEGIN (?!.*PRIVATE).*|"
    r"(?:MII[BC]I?jANBgkqhkiG9w0BAQEFAAOCAQ|MIGfMA0GCSqGSIb3DQEBAQUAA4G|MFkwEwYHKoZIzj0CAQ|MHYwEAYHKoZIzj0CAQ|MCowBQYDK2V)\S*|"
    r"LS0tLS1CRUdJTi(?!B[A-Za-z0-9+/]{0,16}(?:UFJJVkFUR|QUklWQVRF|BSSVZBVE)).*|RW[A-Za-z0-9+/]{54}|pk\.eyJ.*",
    re.DOTALL,
)
# Keys that every copy of a documentation or an emulator has: Azurite, Cosmos DB, Stripe's and reCAPTCHA's test keys,
# MinIO's playground, Grafana's default key, Hardhat's accounts. As digests, or each scanner would take this file for
# their place.
_DOCUMENTED = frozenset(
    """
    01f64466a8b3e86f 1bfe1fd792036b20 1c84746fcb793603 20e88191d76dc156 22453c18537209fc 2e12236193731ba6
    42a99a297bc46687 44dc2d4cea078238 491a2dada905c9ac 57ee4f4b9884f630 5f365ea3be5362c0 76449d3eb6d5ca57
    826a83582efbd367 826e0fd9a88ef5e1 b122867768cf1807 c006eb4284f1825b c75a19f23902700b df912a6347ee21a0
    ea8ebb3373f9b718 ab20e919541fb0ce
    """.split()
)
# What a cluster calls a secret: its name, not its value. A passphrase under `password` has such a form, too.
# Each word in one way only: else a value of thirty words that ends in another character is read in 2^30 ways.
_RESOURCE = re.compile(r"[a-z]++(?:\d{1,4}+[a-z]?+)?+(?:-(?:[a-z]++(?:\d{1,4}+[a-z]?+)?+|\d{1,4}+[a-z]?+))+")
_OF_RESOURCES = frozenset(("secret", "secrets", "key", "credentials"))
_HASHED = re.compile(r"sha_?\d|md5|hash|digest", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_DRAWN = re.compile(r"(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}")
_FEW = 2  # words under `password`; chosen: three joined by hyphens are a passphrase
_PARTS = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def is_one(name: str, text: str) -> bool:
    """Return whether a value under a secret's name is none, though it is neither ordinary nor a placeholder."""
    return names_something(name, text) or is_protected(text)


def names_something(name: str, text: str) -> bool:
    """Return whether a text is a word, a name, a rule, or a range of versions, or says no more than its own name."""
    if _FOREIGN.search(text) or is_expression(text):
        return True
    if any(each.fullmatch(text) for each in (_WORD, _SHOUTED, _RULES, _VERSIONS, _TAG, _SAID)):
        return True
    if _HASHED.search(name) and _HASH.fullmatch(text):
        return True
    if _RESOURCE.fullmatch(text) and name.lower() in _OF_RESOURCES:
        return True
    said = placeholders.words(text)
    own = {*placeholders.words(name), *placeholders.words(name.lower())}
    if any(map(str.isalpha, said)) and all(
        word in own or (word.isalpha() and word in placeholders.COMMON) for word in said
    ):
        return True
    joined = _JOINED.fullmatch(text)
    return bool(joined) and ("pass" not in name.lower() or len(said) <= _FEW)


def is_expression(text: str) -> bool:
    """Return whether a text is a regular expression: what a program looks for."""
    return bool(_REGEX.search(text))


def is_protected(text: str) -> bool:
    """Return whether a text is public, encrypted, a digest of a password, in a vault, or a documented key."""
    plain = text.replace("$$", "$")
    if _POINTERS.fullmatch(plain) and not _DRAWN.search(plain):
        return True
    return any(each.fullmatch(plain) for each in (_ENCRYPTED, _PUBLIC)) or is_documented(text)


def is_documented(text: str) -> bool:
    """Return whether a key in a text is one of a public documentation or emulator."""
    return any(_digest(part) in _DOCUMENTED for part in _PARTS.findall(text))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
