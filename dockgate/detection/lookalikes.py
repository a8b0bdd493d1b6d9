"""What stands where a secret could, and is none: names, versions, public keys, paths into vaults, ciphertext."""

from __future__ import annotations

import re
from hashlib import blake2b, sha256

from dockgate.detection import placeholders

# A range of versions, one of several, under the name of a package: `^3.0.0 || ^4.0.0`, `~> 2.1`, `npm:^7.0.3`.
_VERSION = r"(?:[\^~<>=!]{1,3}\s*+)?v?\d+(?:\.[\dx*]+)+(?:[-+.]?[A-Za-z][\w.+-]*)?"
_VERSIONS = re.compile(
    rf"(?:(?:npm|workspace|catalog|patch|file|link|git|github):)?(?:@?[\w./-]+@(?:npm:)?)?[\^~*]?"
    rf"(?:(?:\s++(?![\^~<>=!]))?{_VERSION}(?:(?:\s*+(?:\|\||,|-)\s*+|\s++){_VERSION})*)?",
)
# Rules of validation, annotations of types, actions: `required|string|max:255`, `orders#show`, `CartController@add`.
_RULES = re.compile(r"[a-z_]+(?::[\w,.]*)?(?:\|[a-z_]*(?::[\w,.]*)?)+|[a-z_/]+#[a-z_]+|[A-Z]\w*Controller@\w+")
_SHOUTED = re.compile(
    r"[A-Z]+(?:\d[A-Z]*)?(?:_[A-Z]+(?:\d[A-Z]*)?)+|[A-Z]+-[A-Z]+|[A-Z_]+(?:,\s{0,80}[A-Z_]+)+\s?"
)  # names of variables
# What a program calls a secret: `jiraToken`, `github_app_private_key`.
_TITLES = frozenset(
    "secret secrets token tokens key keys password pass passphrase passcode code credential credentials id".split()
)
_CAMEL, _SNAKE = re.compile(r"[a-z]+(?:[A-Z][a-z]+)+"), re.compile(r"[a-z]+(?:[-_][a-z]+)+")
_LABEL = re.compile(r"[A-Za-z][a-z]*(?: [A-Za-z][a-z]*){1,4}")  # `telegram bot token`
_PART = re.compile(r"[A-Z]?[a-z]+")
# A fingerprint of OpenPGP, and where a cache or a store has a thing: `v2/names`.
_FINGERPRINT = re.compile(r"(?=.*[A-F])(?=.*\d)[0-9A-F]{40}(?:<.*|[.,;)]+)?")
_SCOPE = re.compile(r"[:.#]")
_SEPARATED = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-_. ]")
_VERSION_OF_NAME = re.compile(r"[-_.]?[vV]\d{1,3}$")  # `VisitedAppsV2`
_SHORT = re.compile(r"[a-z]{0,3}|\d{1,5}")  # of a ticket: `pm-12241-private-key-regeneration`
_PLACE = r"[a-z][a-z_-]*+(?:\d{1,3}[a-z_-]*+)?"
_ROUTE = re.compile(rf"(?:{_PLACE}[./:])+(?:{_PLACE})?")
_POINTER = re.compile(r"#(?:/[A-Za-z]+)+")  # of JSON; a password that begins so has digits
_LONGEST_ENTRY = 16  # characters; chosen: as long a run of drawn letters is a key
_NUMBERED = r"(?:[a-z]{2,}\d{0,2}|\d{1,2}[a-z]{2,})"
_IDENTIFIER = re.compile(rf"{_NUMBERED}(?:[-_]{_NUMBERED})+")  # `load_1min`
_WORD = re.compile(r"[a-z]{1,9}|[A-Z]{1,9}|[A-Z][a-z]{1,8}")  # of a vocabulary: `write`, `paperless`
# A word or a sentence of any language, as user interfaces have them: `Contraseña`, `Passwort vergessen?`, `(optional)`.
_SAID = re.compile(
    r"(?=.*[^\x00-\x7f])[^\W\d_]+[\W\d]{0,2}|(?=.*\\[ux])(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|[A-Za-z .,'?!:-])+|"
    r"(?!.*\d)(?:(?=[A-Z]\S*(?: \S+)*? [a-z])[\S ]*+|\S+(?: \S+)*[?:…!.])|\([A-Za-z]+\)?"
)
_FOREIGN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{3}")  # a sentence, which has no blanks there
# Of another script; what interfaces say in it has signs of its own, which are no letters to a regular expression.
_LATIN = re.compile(r"[A-Za-z0-9]")
# An address of a chain of blocks: base58 of 25 bytes, of which the last four are a digest of the others.
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ADDRESS, _ADDRESS_BYTES, _CHECKED = re.compile(rf"(?:[a-z]+:)?(?P<digits>[{_BASE58}]{{25,36}})"), 25, 4
# A tag of YAML that says where a value comes from: of CloudFormation, Home Assistant, GitLab.
_TAGGED = re.compile(
    r"!(?:Ref|Sub|GetAtt|Join|Select|Split|If|FindInMap|ImportValue|Base64|Transform|Cidr|reference|secret|env_var)"
    r"(?:\s(?!.*://).*)?",
    re.DOTALL,
)
# Texts that a program puts together with what it has: `ti:'+index+':'+post.id`.
_PUT_TOGETHER = re.compile(
    r"""[^'"]{0,60}['"]\s?[+.]\s?[A-Za-z$_][\w$.>()\[\]-]*(?:\s?[+.]\s?(?:['"][^'"]*['"]?|[A-Za-z$_][\w$.>()\[\]-]*))*"""
)
# An attribute of a page: `secret={assigns[:secret]}`, `token={props.token}`.
_EMBEDDED = re.compile(r"\{[A-Za-z_@][\w.]*(?:\[[:'\w]*\]|\([\w., ]*\))*\}")
# An expression that a program searches with: its groups and classes.
_REGEX = re.compile(
    r"\(\?[:=!<]|\[(?=[^\[\]]*+\][*+?{])[^\[\]]*?\w-\w|\[\^[^\[\]]+\][*+]|\[\\{1,2}[wsdWSD]|^\\[.^$]|\\[sSdDwWb][*+?{]"
)
_JOINED = re.compile(
    r"[a-z]+(?:[-_./][a-z]+){1,2}|_?[a-z]+(?:_[a-z]+){1,7}|[a-z]+(?:[-_][a-z]+)*+(?:\.[a-z]+(?:[-_][a-z]+)*+)++|"
    r"(?:[a-z][a-z0-9_]*\.){2,8}[A-Z]\w*|[A-Z][A-Za-z]*(?:\\{1,2}[A-Z][A-Za-z]*)+"
)  # what a program or a cluster calls a thing
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s.*)?/?>?.*|&\w+;.*|crwdn\w+:\d+crwdn\w+:\d+", re.DOTALL)
_POINTERS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*[+.-])?(?:secretsmanager|secretmanager|secrets?|ssm|vault|keyvault|akv|sops|kms|keychain|keyring|1password|"
    r"op|bws|doppler|infisical|conjur|berglas|gsm|gcpsm|awssm|asm|cmd|exec|ext|pullsecret|resolve|urn|arn|ref|env|file|parameter-?store|pass)"
    r"(?:\+[a-z]+)?:(?!\d+$)\S.*|(?:projects|accounts|keys)/[^/\s]+/\S+|@Microsoft\.KeyVault\(.*|(?:kv|secret)/\S+",
    re.DOTALL | re.IGNORECASE,
)
_ENCRYPTED = re.compile(
    r"(?:[\w.@-]+:)?\$(?:2[abxy]|[1567y]|gy|apr1|argon2(?:id?|d)|scrypt|pbkdf2[\w-]*)\$\S+|\$ANSIBLE_VAULT;.*|"
    r"\{(?:S?SHA\d*|SSHA\d*|MD5|CRYPT|BCRYPT|ARGON2|cipher|PBKDF2[\w-]*)\}\S*|(?:ENC|DEC)[\[(].+|EJ\[\d+:\S+|encrypted:\S+|"
    r"U2FsdGVkX1\S+|[2-7]\.[A-Za-z0-9+/]+=*(?:\|[A-Za-z0-9+/]+=*){1,2}|"
    r"SCRAM-SHA-\d+\$\S*|md5[0-9a-f]{32}|"
    r"(?:pbkdf2|scrypt|bcrypt|argon2)[\w:]*\$\S+|vault:v\d+:\S+|age-encryption\.org/\S+|"
    r"-----BEGIN (?:AGE ENCRYPTED|PGP MESSAGE).*|"
    r"YWdlLWVuY3J5cHRpb24ub3Jn\S*|Ag[A-D][A-Za-z0-9+/]{300,}={0,2}|AQICAH[A-Za-z0-9+/]{60,}={0,2}|"
    r"[A-Za-z0-9+/=]{24,}--[A-Za-z0-9+/=]{16}--[A-Za-z0-9+/=]{24}",
    re.DOTALL,
)
_PUBLIC = re.compile(
    r"(?:ssh-\w+|ecdsa-\S+|sk-\S+@openssh\.com)\s.*|AAAA[BCE][23]N\w.*|age1[a-z0-9]{20,}|-----BEGIN (?!.*PRIVATE).*|"
    r"0[23][0-9a-f]{64}|04[0-9a-f]{128}|"  # a point of an elliptic curve; private keys have 64 digits
    r"eyJ(?:hbGci|0eXAi|raWQi)Oi[\w-]+|"  # the header of a JWS, without what it is of
    r"(?:MII[BC]I?jANBgkqhkiG9w0BAQEFAAOCAQ|MIGfMA0GCSqGSIb3DQEBAQUAA4G|MFkwEwYHKoZIzj0CAQ|MHYwEAYHKoZIzj0CAQ|MCowBQYDK2V)\S*|"
    r"LS0tLS1CRUdJTi(?!B[A-Za-z0-9+/]{0,16}(?:UFJJVkFUR|QUklWQVRF|BSSVZBVE)).*|RW[A-Za-z0-9+/]{54}|pk\.eyJ.*",
    re.DOTALL,
)
# Keys that every copy of a documentation or an emulator has: Azurite, Cosmos DB, Stripe's and reCAPTCHA's test keys,
# MinIO's playground, Grafana's default key, Hardhat's accounts, Apache's file of sites,
# those of RFC 6749 and RFC 7617. As digests, or each scanner would take this file for
# their place.
_DOCUMENTED = frozenset(
    """
    01f64466a8b3e86f 1bfe1fd792036b20 1c84746fcb793603 20e88191d76dc156 22453c18537209fc 2e12236193731ba6
    42a99a297bc46687 44dc2d4cea078238 491a2dada905c9ac 57ee4f4b9884f630 5f365ea3be5362c0 76449d3eb6d5ca57
    826a83582efbd367 826e0fd9a88ef5e1 b122867768cf1807 c006eb4284f1825b c75a19f23902700b df912a6347ee21a0
    ea8ebb3373f9b718 ab20e919541fb0ce ffd3e27e5a13e8a4 e6d1b65208cb54f6 9a119b06a213486f d8c462af6f52aa71
    a05b8aa8899378c2 fc9f94683b968d58 cd5b49fcc80a6e3d
    """.split()
)
# Options of a program with a number or a switch, alone or in a row (`type=image,compression-level=3`), and a query of
# measurements (`sum(rate(requests_total[5m]))`). No value in a row is as long as a secret that is compared.
_SWITCH = r"(?:true|false|:?\d{1,5}[A-Za-z]{0,3})"
_OPTIONS = re.compile(
    rf"--[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*={_SWITCH}|"
    rf"(?=(?:[^=]+=[^=,]+,)*[^=]+={_SWITCH}(?:,|$))[a-z][a-z-]*=[a-z0-9]{{1,11}}(?:,[a-z][a-z-]*=[a-z0-9]{{1,11}})+"
)
_QUERY = re.compile(
    r"(?:[a-z]+(?:_[a-z]+)*\()+[a-z_]+(?:\{[a-z_]+(?:!=|!~|=~|=)['\"][a-z.]+['\"]\})?(?:\[\d{1,3}[smhd]\])?\)+"
)
# What a cluster calls a secret: its name, not its value. A passphrase under `password` has such a form, too.
# Each word in one way only: else a value of thirty words that ends in another character is read in 2^30 ways.
_RESOURCE = re.compile(r"[a-z]++(?:\d{1,4}+[a-z]?+)?+(?:-(?:[a-z]++(?:\d{1,4}+[a-z]?+)?+|\d{1,4}+[a-z]?+))+")
_OF_RESOURCES = frozenset(("secret", "secrets", "key", "credentials"))
_HASHED = re.compile(r"sha_?\d|md5|hash|digest|signature$", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_SIGNED = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")
_DRAWN = re.compile(r"(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}")
_FEW = 2  # words under `password`; chosen: three joined by hyphens are a passphrase
_PARTS = re.compile(r"[A-Za-z0-9+/_-]{13,}={0,2}")


def is_one(name: str, text: str) -> bool:
    """Return whether a value under a secret's name is none, though it is neither ordinary nor a placeholder."""
    return names_something(name, text) or is_protected(text)


def names_something(name: str, text: str) -> bool:
    """Return whether a text is a word, a name, a rule, or a range of versions, or says no more than its own name."""
    if _FOREIGN.search(text) or is_expression(text) or not (text.isascii() or _LATIN.search(text)):
        return True
    if any(each.fullmatch(text) for each in (_WORD, _SHOUTED, _RULES, _VERSIONS, _TAG, _SAID)):
        return True
    if _is_title(name, text) or _is_place(name, text) or _is_digest(name, text):
        return True
    if _is_entry(name, text) or (_RESOURCE.fullmatch(text) and name.lower() in _OF_RESOURCES):
        return True
    said = placeholders.words(_VERSION_OF_NAME.sub("", text))
    own = {*placeholders.words(name), *placeholders.words(name.lower())}
    joined = name.lower() if len(own) == 1 and len(said) > 1 else ""  # `BEETOKEN`: "Bee Token"
    if any(map(str.isalpha, said)) and all(
        word in own or (word.isalpha() and (word in placeholders.COMMON or word in joined)) for word in said
    ):
        return True
    return bool(_JOINED.fullmatch(text)) and ("pass" not in name.lower() or len(said) <= _FEW)


def _is_entry(name: str, text: str) -> bool:
    """Return whether a text says which entry of a secret is meant: `secretKey: kubeconfig`; `SECRET_KEY=` is one."""
    word = (text.isalpha() and len(text) < _LONGEST_ENTRY) or _IDENTIFIER.fullmatch(text)
    return bool(word) and text.islower() and not name.isupper() and _slug(name).endswith("secret-key")


def _is_place(name: str, text: str) -> bool:
    """Return whether a text is where a thing stands in a document or a store: `#/components/x`, `v2/tokens`."""
    place = text.strip("[]\"'")
    named = "pass" not in name.lower() and "/" in place and bool(_ROUTE.fullmatch(place))
    return named or bool(_POINTER.fullmatch(place))


def _is_title(name: str, text: str) -> bool:
    """Return whether a text is what something is called: it ends in `secret` or the like, or has its own name in it."""
    if any(form.fullmatch(text) for form in (_CAMEL, _SNAKE, _LABEL)) and _PART.findall(text)[-1].lower() in _TITLES:
        return True
    if name and _SCOPE.split(text)[-1].strip("\"'").lower() == name.lower():  # `toot:Ed25519Key`
        return True
    own, said = _slug(name), _slug(text)
    rest = said.replace(own, "").strip("-") if "-" in own and own in said else None
    return rest is not None and all(_SHORT.fullmatch(part) for part in rest.split("-"))


def _is_digest(name: str, text: str) -> bool:
    """Return whether a text is a digest or a signature, of which its name speaks."""
    if _HASHED.search(name) and _HASH.fullmatch(text):
        return True
    return name.lower().endswith("signature") and bool(_SIGNED.fullmatch(text))


def _slug(text: str) -> str:
    return _SEPARATED.sub("-", text).lower()


def is_address(text: str) -> bool:
    """Return whether a text is the public address of an account: its checksum says so."""
    match = _ADDRESS.fullmatch(text)
    if not match:
        return False
    number = 0
    for char in match["digits"]:
        number = number * len(_BASE58) + _BASE58.index(char)
    if number.bit_length() > _ADDRESS_BYTES * 8:
        return False
    data = number.to_bytes(_ADDRESS_BYTES, "big")
    return sha256(sha256(data[:-_CHECKED]).digest()).digest()[:_CHECKED] == data[-_CHECKED:]


def is_fingerprint(text: str) -> bool:
    """Return whether a text is the fingerprint of a public key."""
    return bool(_FINGERPRINT.fullmatch(text))


def is_identifier(text: str) -> bool:
    """Return whether a text is a place of words, as caches and stores have them, or words with short numbers."""
    return bool(_ROUTE.fullmatch(text) or _IDENTIFIER.fullmatch(text))


def is_encrypted(text: str) -> bool:
    """Return whether a text is encrypted, or a digest of a password."""
    return bool(_ENCRYPTED.fullmatch(text))


def is_direction(text: str) -> bool:
    """Return whether a text tells a program what to do: options with their switches, a query of measurements."""
    return bool(_OPTIONS.fullmatch(text) or _QUERY.fullmatch(text))


def is_expression(text: str) -> bool:
    """Return whether a text is what a program looks for or puts together: a regular expression, texts and variables."""
    if text[:1] == "{" and _EMBEDDED.fullmatch(text) and not _DRAWN.search(text):
        return True
    return bool(_REGEX.search(text) or (_PUT_TOGETHER.fullmatch(text) and not _DRAWN.search(text)))


def is_protected(text: str) -> bool:
    """Return whether a text is public, encrypted, a digest of a password, in a vault, or a documented key."""
    plain = text.replace("$$", "$")
    if (_POINTERS.fullmatch(plain) or _TAGGED.fullmatch(plain)) and not _DRAWN.search(plain):
        return True
    return any(each.fullmatch(plain) for each in (_ENCRYPTED, _PUBLIC)) or is_documented(text)


def is_documented(text: str) -> bool:
    """Return whether a key in a text is one of a public documentation or emulator."""
    return any(_digest(part) in _DOCUMENTED for part in _PARTS.findall(text))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
