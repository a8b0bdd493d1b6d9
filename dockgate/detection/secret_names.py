"""Names of variables, read as words: which speak of a secret, which only may, and which of something else; pure."""

from __future__ import annotations

import re

# What stands in front of `pass` in one word with it: a compass and a bypass are no passwords.
_OF_PASS = (
    "access admin api app auth client cluster db demo email ftp git http https imap jdbc key keystore ldap login mail "
    "mongo my mysql pg pop postgres proxy rabbit redis registry repl replica root server service smb smtp sql ssh "
    "require store sudo test trust truststore user vpn web wifi"
).split()
_PASS = rf"(?:^|_)(?:{'|'.join(_OF_PASS)})?pass(?:es)?(?:_?\d+)?$"
_PASSWORDS = r"pass(?:word|wd|phrase|code)s?(?:_?\d+)?$|pwd$|passw(?:or)?t$"
# A secretary and a keyboard are none.
_HIDDEN = r"secret(?!ar(?:y|i)|ion|ive|ly|ory|e[sd]?(?![a-z]))"
_KEY = r"key(?!(?:words?|notes?|boards?|frames?|stones?|strokes?|spaces?|pads?|holes?)(?![a-z]))"
# A name with one of these is a secret's, whatever else is in it.
_CLEAR = re.compile(
    rf"{_PASS}|{_PASSWORDS}|{_HIDDEN}|(?<!js_)token(?!i[sz]|omic)|credential|(?:api|access|private)_?{_KEY}|"
    r"(?:^|_)(?:psk|cred|creds|bearer|license_?key)(?:_?\d+)?$|(?:_|root)pw(?:_?\d+)?$|^pw_?\d+$|"
    rf"(?:encryption|signing|session|master|account|shared|hmac|jwt|totp|service|storage|client|auth)_?{_KEY}|master_?auth",
    re.IGNORECASE,
)
# These may mean anything: the key of a cache, a salt that is public.
_VAGUE = re.compile(
    r"^pw$|(?:^|_)(?:key|auth|pat|pin|salt|pepper|otp|signature|private)(?:_?\d+)?$|(?:app|host)_?key", re.IGNORECASE
)
_OTHER = re.compile(
    r"_(?:file|files|path|dir|folder|url|uri|host|port|name|names|id|ids|sid|user|username|ttl|expir\w*|length|len|size|type|"
    r"algo|algorithm|alg|lifetime|timeout|max_age|age|days|hours|seconds|minutes|enabled|required|policy|rotation|interval|"
    r"version|prefix|suffix|alias|header|field|format|endpoint|issuer|audience|method|mode|count|min|max|scope|scopes|env|"
    r"class|provider|hash_?rounds|cost|store|backend|driver|manager|vault|region|arn|fingerprint|digest|checksum|label|"
    r"source|kind|identifier|purpose|process|placeholder|rate|rates|limit|limits|quota|throttle|generator|title|description|hint|text|message|error|cmd|command|regex|pattern|selector|column|table|ref|refs|reference)$|(?:^|_)addr(?:ess)?$|"
    r"(?:existing|image_?pull|pull|tls|ca|ssl|cert|certificate)_?secrets?$|public_?key|pub_?key|publishable|sentry_?key$|key_?id$|keyboard|keycloak_?url|tokeni[sz]|max_?tokens|"
    r"(?:initial_cluster|(?:next|prev(?:ious)?|page|continuation|pagination|sync|cursor)(?:_page)?|[cx]srf(?:_?middleware)?|postman)_?token$|"
    r"^nopass|server_tokens$|(?:^|_)secrets?_?manager$|existing_?secret_?keys?$|(?:rule|param|surrogate|primary|foreign|unique|sort|partition|hash|range|cache|site|project|object|map|dict|lookup|translation|i18n|lang|"
    r"message|label|group|routing|index|idempotency|correlation|s3|bucket|registry|state|storage_class|topology|config|"
    r"setting|column|row|field|item|menu|query|event|metric|feature|flag)_?keys?$|"
    r"regexp$|^x_(?:\w+_)?signature$|(?:^|_)(?:last|nord|proton|samsung|kee|one|apple)_?pass(?:words?)?$|"
    r"(?:^|_)(?:no|skip|disable|allow|require|use|enable|has|is)_",
    re.IGNORECASE,
)
_DIGEST = re.compile(
    r"sha\d*|digest|checksum|time_?stamp$|commit|revision|hash|integrity|etag|uuid|guid|version|nonce|proof|handle|boundary|challenge|alphabet|charset|^placeholder$|^kid$|image|build|public"
    r"|(?:^|_)(?:examples?|samples?|denom|mint|contract|validator|recipient|receiver|payee|beneficiary)(?:_|$)"
    r"|fingerprint|reference|shasum|encrypted|cipher_?text|sealed|^secure$|^enc$|(?:^|_)(?:id|ref|rev|tag|cid|oid|sri|tree|blob|parent|head|base|object)$|^h1$|^[xyn]$|^x5[tc]|site_?key",
    re.IGNORECASE,
)
_VERSIONED = re.compile(r"_v\d{1,2}$", re.IGNORECASE)  # `TOKEN_PREFIX_V1`
_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    """Return a name with its words between `_`: `dbPassword`, `db-password` and `db.password` are one."""
    return _CASE.sub("_", name).replace("-", "_").replace(".", "_")


def speaks_of_one(name: str) -> bool:
    """Return whether a name says that its value is, or may be, a secret."""
    joined = snake(name)
    if not (_CLEAR.search(joined) or _VAGUE.search(joined)):
        return False
    return not _OTHER.search(_VERSIONED.sub("", joined))


def is_vague(name: str) -> bool:
    """Return whether a name that speaks of a secret is used for much else: only what looks drawn is one there."""
    return not _CLEAR.search(snake(name))


def speaks_of_another(name: str) -> bool:
    """Return whether a name says that its value is none: an address, a file, a digest, an identifier."""
    joined = snake(name)
    return bool(_OTHER.search(joined) or _DIGEST.search(joined))
