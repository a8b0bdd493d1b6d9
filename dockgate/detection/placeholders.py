"""Distinguishes placeholders and well-known defaults from values that a person chose."""

from __future__ import annotations

import re

# A value that contains one of these words asks for another value, whatever stands around it.
ASKING = frozenset(
    "changeme changeit changethis change changed replace replaceme insert placeholder todo fixme tbd your yours "
    "redacted removed masked hidden omitted example examplekey sample dummy fake bogus notreal notasecret nosecret "
    "obtained insecure unsecure unsecured unsafe mock stub dontuse donotuse here fill enter choose generate provide "
    "set goes xxx xxxx xxxxx xxxxxx xxxxxxxx yyy zzz lorem ipsum".split()
)
# Words that alone, or only with each other, are no real password.
COMMON = frozenset(
    "me top password passwd pass pwd passphrase passwort secret secrets secretkey key keys token tokens apikey "
    "api auth access admin administrator root user username login guest test testing tester tests demo dev "
    "develop development prod production staging stage local localhost default value values string text data none "
    "null nil na val vals empty unset undefined true false yes no on off foo bar baz qux foobar hello world abc abcd "
    "abcdef qwerty letmein welcome my the a an of for and not is to in it this that only some any new old super "
    "very important real private public client server service app application web backend frontend db database "
    "postgres postgresql mysql mariadb mongo mongodb redis valkey rabbitmq rabbit amqp kafka minio elastic "
    "elasticsearch grafana prometheus keycloak nginx docker django flask rails laravel session cookie jwt signing "
    "wordpress encryption encrypt hash salt id csrf sso oauth smtp mail email sa system manager master slave "
    "replica shared common temp tmp temporary ci build random strong long secure minioadmin protects nothing be should "
    "must so see set stored vault unit integration pw pws do use used unused disabled enabled optional required basic "
    "keyboard cat deadbeef cafebabe x var variable env environment config strongpassword ask with at by from ops "
    "host ldap bind url proxy gateway worker queue cache broker own please put keep must before deploy get above "
    "below following previous time with chars characters after all".split()
)
_KNOWN = ASKING | COMMON
_REFERENCE = re.compile(
    r"\${1,2}\{[^}]*\}|\${1,2}(?:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*|[A-Za-z]+)|\${1,2}\([^)]*\)?|\{\{.*\}\}"
    r"|<[^<>]*>|%\([^)]*\)s|%[A-Z_]+%|\[[A-Za-z _-]+\]|__[A-Z_]+__"
    r"|@[A-Z_]+@|#\{[^}]*\}|(?:process\.env|os\.environ|os\.getenv|getenv|ENV\[|System\.getenv|!(?:vault|env|Ref|Sub|secret|reference)\b|ENC\[).*"
    r"|(?:cmd|file|env|vault|op|ref|arn:aws:secretsmanager|projects/[^/]+/secrets)[:/].*",
    re.DOTALL,
)
_SHOUTED = re.compile(
    r"EXAMPLE|CH[A4]N[G6][E3]_?M[E3]|PLACEHOLDER|REDACTED|YOUR_|_HERE\b|\.\.\.|(?:dev|test|local)[-_ ]?only"
    r"|not[-_]a[-_](?:real|secret)",
    re.IGNORECASE,
)
_SAMPLE = re.compile(
    r"your[a-z]{3,}|(?:sample|example|dummy|fake|bogus|mock|placeholder)[-_.].*", re.IGNORECASE | re.DOTALL
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PADDING = re.compile(r"([-_=.*#~+])\1{2,}")  # makes a word as long as a program asks for
_LEET = str.maketrans("@4301$5!7", "aaeoissit")
_ORDERED = (
    "abcdefghijklmnopqrstuvwxyz zyxwvutsrqponmlkjihgfedcba abcdefabcdef 01234567890123456789 9876543210 "
    "0123456789abcdef qwertyuiop asdfghjkl"
)
_IN_ORDER = frozenset(zip(_ORDERED, _ORDERED[1:], _ORDERED[2:], strict=False))
# Characters; chosen: letters are drawn in such an order once in 26^7, and a date in digits and signs is shorter.
_RUN = 8
_FEW = 3  # different characters, the fewest of a run, and a third; chosen: `xxx---000` is filler
_SHORT_WORDS = 2.5  # letters in a row, on average, as strength.WORDS: drawn base62 has 2.1
# With three digits and more. A share of vowels: English has 0.4, drawn letters 0.23; of 10,000 draws of 32 in base36,
# 74 % have less than this.
_BASE36, _FEW_VOWELS = re.compile(r"(?=(?:[a-z]*\d){3})[a-z0-9]{20,}"), 0.28
_NEARLY_ALL = 0.9  # chosen: a few characters that a program asks for beside them
_RISING = re.compile(r"(?<=[2-9])(?=1)")  # where a run of digits begins anew
_NEARLY = 0.8  # of a value; chosen: a character in five may be between the runs
_MOST = 256  # characters; chosen: what is longer is no filler that a person typed
_LONGEST = max(map(len, _KNOWN))
# Of a value that goes on with it to the end: `48E92789-1A1A1A1A1A1A`; none that is drawn has so many.
_MOST_REPEATED = 60  # characters at the end of a value
_LONG_REPETITION = re.compile(r"([^\W_]{2,3})\1{4,}$")
_REPEATED = re.compile(r"(.{1,8}?)\1+", re.DOTALL)


def is_reference(value: str) -> bool:
    """Return whether the value only points at another: `${NAME}`, `{{ name }}`, `<name>`, `cmd:…`."""
    return bool(_REFERENCE.fullmatch(value.strip()))


def asks(value: str) -> bool:
    """Return whether the value says of itself that it is to be replaced."""
    stripped = value.strip().strip("\"'")
    if not stripped:
        return False
    return (
        bool(re.fullmatch(r"<[^<>]+>|[xX*]{3,}", stripped))
        or bool(_SHOUTED.search(stripped) or _SAMPLE.fullmatch(stripped))
        or (
            any(word in ASKING for word in words(stripped))
            and reads_as_words(_PADDING.sub("-", stripped), _SHORT_WORDS)
        )
    )


def is_placeholder(value: str) -> bool:
    """Return whether the value is certainly no secret: empty, a reference, filler, an asking phrase, a common word."""
    stripped = value.strip().strip("\"'")
    if not stripped or is_reference(stripped) or asks(stripped):
        return True
    return (
        len(set(stripped)) <= _FEW
        or bool(_REPEATED.fullmatch(stripped))
        or bool(_LONG_REPETITION.search(stripped[-_MOST_REPEATED:]))
        or _ordered(stripped)
        or _filled(stripped)
        or _only_common(stripped)
    )


def words(value: str) -> tuple[str, ...]:
    """Return the words in a value, lower-case: split at separators, at digits and where the case changes."""
    return tuple(map(str.lower, _WORD.findall(value)))


def reads_as_words(value: str, average: float) -> bool:
    """Return whether a value is mostly letters, in stretches of `average` length: words, not random characters."""
    letters = [word for word in words(value) if word.isalpha()]
    total = sum(map(len, letters))
    return bool(letters) and total / len(letters) >= average and total * 2 > len(value)


def is_unspeakable(value: str) -> bool:
    """Return whether long runs of letters in a value are no words: of small ones drawn with digits, few are vowels."""
    letters = [char for char in value if char.isalpha()]
    return bool(_BASE36.fullmatch(value)) and sum(map("aeiouy".count, letters)) < _FEW_VOWELS * len(letters)


def _only_common(value: str) -> bool:
    plain = value.lower().rstrip("0123456789!?.*")
    for form in (value, plain, plain.translate(_LEET)):
        parts = [word for word in words(form) if word.isalpha()]
        if parts and all(word in _KNOWN or _joined(word) for word in parts):
            return True
    return not any(char.isalpha() for char in value) and len(value) < _RUN


def _joined(word: str) -> bool:
    """Return whether a word is common ones in a row: `secretkey`, `mytestpassword`, `thisisasecret`."""
    reached, new = {0}, [0]
    while new:
        start = new.pop()
        ends = range(start + 1, min(len(word), _MOST, start + _LONGEST) + 1)
        further = [end for end in ends if end not in reached and word[start:end] in _KNOWN]
        reached.update(further)
        new += further
    return len(word) in reached


def _filled(value: str) -> bool:
    """Return whether common words and runs of digits in order make up nearly all of a value: `somestring12345678AB`."""
    parts = words(value) if len(value) <= _MOST else ()
    covered = sum(
        len(part) for part in parts if len(part) >= _FEW and (_joined(part) if part.isalpha() else _runs(part))
    )
    return covered >= _NEARLY_ALL * max(len(value), _RUN)


def _runs(digits: str) -> bool:
    """Return whether digits are runs in order, one after the other: `12341234567890`."""
    return all(each in _ORDERED for each in _RISING.sub(" ", digits).split())


def _ordered(value: str) -> bool:
    """Return whether runs of the alphabet, digits or keyboard make up nearly all of a value, or one a third of it."""
    plain = re.sub(r"[^a-z0-9]", "", value[:_MOST].lower())
    if _IN_ORDER.isdisjoint(zip(plain, plain[1:], plain[2:], strict=False)):  # most values: no run at all
        return False
    covered = start = 0
    while start < len(plain):
        end = start + 1
        while end < len(plain) and plain[start : end + 1] in _ORDERED:
            end += 1
        if end - start >= max(_RUN, len(plain) / _FEW):
            return True
        covered += end - start if end - start >= _FEW else 0
        start = end
    return covered >= _NEARLY * len(plain)
