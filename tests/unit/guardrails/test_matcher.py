from __future__ import annotations

import base64
import json
import random
import string
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.env import schema
from dockgate.guardrails import matcher as module
from dockgate.guardrails.crossing import Match
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.secrets import certificate
from dockgate.secrets.fingerprints import digests
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.fingerprint_file import Fingerprint, Fingerprints, Sheet
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from tests.guardrails.scenes import CHEAP, PROD_CHOSEN, PROD_PASSWORD, SALT, fingerprinted, matcher

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER_KEY = certificate.certificate_key().value.reveal()
FOUND = (Match("prod", "POSTGRES_PASSWORD"),)


def test_a_text_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule may ask again."""
    seen = matcher()
    assert seen.matches(PROD_PASSWORD) == FOUND
    monkeypatch.setattr("dockgate.detection.candidates.spans", lambda *_: pytest.fail("looked again"))
    assert seen.matches(PROD_PASSWORD) == FOUND


def test_the_shortest_drawn_secret_is_found_where_it_is_all_of_a_text() -> None:
    secret = PROD_PASSWORD[: fingerprint_match.FAST_LENGTH]
    assert matcher(fingerprinted(("prod", "POSTGRES_PASSWORD", secret))).matches(secret) == FOUND


def test_secrets_of_any_symbols_are_found_between_any_separators() -> None:
    """500 of them, where a list, a DSN or a sentence has them."""
    chance = random.Random(5)  # noqa: S311 - has to repeat
    alphabet = string.ascii_letters + string.digits + string.punctuation
    secrets = ["".join(chance.choices(alphabet, k=28)) for _ in range(500)]
    known = fingerprinted(*(("prod", f"S{number}", secret) for number, secret in enumerate(secrets)))
    seen = FingerprintMatcher(known, None, InnocentCache(b"k" * 16))
    forms = (str, "a,{},b".format, "host=db password={} user=x".format, "see {} there".format)
    hits = sum(bool(seen.matches(form(secret))) for secret in secrets for form in forms)
    assert hits >= 0.99 * len(secrets) * len(forms)


def test_unrelated_values_are_no_match() -> None:
    """Not one of 2,000."""
    chance = random.Random(6)  # noqa: S311 - has to repeat
    seen = matcher()
    for _ in range(2000):
        assert seen.matches("".join(chance.choices(string.printable, k=40))) == ()


def test_a_generated_secret_is_found_with_something_glued_to_it() -> None:
    """Its length and alphabet are in the schema: nothing secret."""
    assert matcher().matches(f"abc{PROD_PASSWORD}def") == FOUND
    without = FingerprintMatcher(
        fingerprinted(("prod", "POSTGRES_PASSWORD", PROD_PASSWORD)), schema.parse(""), InnocentCache(b"k" * 16)
    )
    assert without.matches(f"abc{PROD_PASSWORD}def") == ()


@pytest.mark.parametrize(
    "form",
    [
        str,
        lambda key: f"key: |\n{key}",
        lambda key: OTHER_KEY + key,
        lambda key: key.replace("\n", "\\n"),
        lambda key: json.dumps({"key": key}),
        lambda key: base64.b64encode(key.encode()).decode(),
    ],
)
def test_a_private_key_is_found_by_its_public_one(form: Callable[[str], str]) -> None:
    """It has blanks and lines in it, which no generated password has."""
    key = certificate.certificate_key().value.reveal()
    prints = (Fingerprint("prod", "TLS_KEY", DigestKind.PUBLIC, digests.public(key) or ""),)
    seen = matcher(Fingerprints((Sheet("prod", SALT, CHEAP, prints),)))
    assert seen.matches(form(key), slow=False) == (Match("prod", "TLS_KEY"),)
    assert seen.matches(form(OTHER_KEY)) == ()
    nested = json.dumps(json.dumps(key))
    assert (seen.matches(nested), seen.matches(nested, slow=False)) == ((Match("prod", "TLS_KEY"),), ())


def test_slow_fingerprints_are_compared_with_values_not_with_pages() -> None:
    """A page of prose would take minutes; innocence is remembered."""
    verdicts = InnocentCache(b"k" * 16)
    known = fingerprinted(("prod", "PASSPHRASE", PROD_CHOSEN), kind=DigestKind.SLOW)
    seen = FingerprintMatcher(known, None, verdicts)
    assert seen.matches(base64.b64encode(PROD_CHOSEN.encode()).decode()) == (Match("prod", "PASSPHRASE"),)
    assert seen.matches("word " * 2000) == ()


@pytest.mark.parametrize(
    "form",
    [
        'curl -u "admin:{}" https://h/x',
        "mysql -u root -p{} shop",
        "db:5432:shop:app:{}",
        "user:app|pass:{}|x",
        "(password: {})",
        "redis-cli -a {} -u redis://cache:6379 ping",
    ],
)
@pytest.mark.parametrize("secret", ["walrus.Orbit7.copper?Meadow", "*c&F!UCPc-ZZ6ItZ_+#nywS/XUH"])
def test_a_chosen_secret_is_found_as_commands_and_files_state_it(form: str, secret: str) -> None:
    """With a user before it, glued to an option, in a password file, and with an address beside it."""
    known = fingerprinted(("prod", "PASSPHRASE", secret), kind=DigestKind.SLOW)
    assert matcher(known).matches(form.format(secret)) == (Match("prod", "PASSPHRASE"),)


@pytest.mark.parametrize("form", ["{}", "note {} end", "KEY={}"])
@pytest.mark.parametrize(
    "secret",
    [
        "/u3Xk9QpLm2vTz8/RbNc4WyHd6+JsFg1aEoKiU7q",
        "https://hooks.chat.internal/services/T0AB12CD3/B0EF45GH6/kq3XvT9mZp2LwR8sYd5NcB7h",
        "https://3f9a1c77d0b24e6f8a95c1d2e3f40516@errors.internal/7",
        "shadow-Orbit7-copperMeadow",
        "73019284750192837465201",
        "~/Walrus!Orbit7-copper",
    ],
)
def test_a_given_secret_that_begins_like_a_path_an_address_or_an_algorithm_is_found(secret: str, form: str) -> None:
    """One key in 64 begins with a slash, a webhook's key is part of its path, words begin like digests."""
    known = fingerprinted(("prod", "KEY", secret), kind=DigestKind.SLOW)
    assert matcher(known).matches(form.format(secret)) == (Match("prod", "KEY"),)


@pytest.mark.parametrize(
    "form",
    [
        "https://api.internal/v1?user=x&token={}&z=1",
        "jdbc:postgresql://db/shop?user=a&password={}&ssl=true",
        "jdbc:sqlserver://db;user=a;password={};encrypt=true",
    ],
)
def test_a_chosen_secret_is_found_in_the_query_of_an_address(form: str) -> None:
    """Such an address has no password before its host, and is ordinary only as far as that goes."""
    known = fingerprinted(("prod", "PASSPHRASE", "walrus-Orbit7-copperMeadow"), kind=DigestKind.SLOW)
    assert matcher(known).matches(form.format("walrus-Orbit7-copperMeadow")) == (Match("prod", "PASSPHRASE"),)


def test_a_chosen_secret_is_found_in_an_address_that_nobody_escaped() -> None:
    """With spaces, a slash and an at sign in it."""
    known = fingerprinted(("prod", "PASSPHRASE", PROD_CHOSEN), kind=DigestKind.SLOW)
    assert matcher(known).matches(f"postgres://a:{PROD_CHOSEN}@h:5432/d") == (Match("prod", "PASSPHRASE"),)


CHOSEN = "walrus-Orbit7-copper"
CHOSEN_ONE = fingerprinted(("prod", "PASSPHRASE", CHOSEN), kind=DigestKind.SLOW)
DRAWN_ONE = fingerprinted(("prod", "POSTGRES_PASSWORD", PROD_PASSWORD))
BOTH = replace(DRAWN_ONE, sheets=(*DRAWN_ONE.sheets, *CHOSEN_ONE.sheets))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the texts of each slow comparison."""
    seen: list[list[str]] = []
    real = fingerprint_match.matches

    def matches(texts: Any, known: Any, verdicts: Any) -> Any:
        seen.append([*texts])
        return real(seen[-1], known, verdicts)

    monkeypatch.setattr(fingerprint_match, "matches", matches)
    return seen


def made(known: Any, declared: str = "") -> FingerprintMatcher:
    """Return a matcher with a schema."""
    return FingerprintMatcher(known, schema.parse(declared) if declared else None, InnocentCache(b"k" * 16))


@pytest.mark.parametrize(
    ("known", "slow", "quick", "hinted"),
    [(CHOSEN_ONE, True, False, True), (DRAWN_ONE, False, True, False), (BOTH, True, True, True)],
)
def test_it_says_what_it_knows(known: Any, *, slow: bool, quick: bool, hinted: bool) -> None:
    seen = made(known)
    assert (seen.slow, seen.quick, seen.hinted) == (slow, quick, hinted)
    passphrase, password = Match("prod", "PASSPHRASE"), Match("prod", "POSTGRES_PASSWORD")
    assert seen.matches(CHOSEN) == ((passphrase,) if slow else ())
    assert seen.matches(CHOSEN, slow=False) == ()
    assert (
        seen.matches(PROD_PASSWORD) == seen.matches(f"x={PROD_PASSWORD}", slow=False) == ((password,) if quick else ())
    )
    assert seen.matches(f"{PROD_PASSWORD} {CHOSEN}") == (password,) * quick + (passphrase,) * slow
    assert seen.chosen([CHOSEN, "walrus"]) == ({CHOSEN: passphrase} if slow else {})


def test_a_value_is_compared_slowly_once(compared: list[list[str]]) -> None:
    """Many at once, each once; what a path, a long text and a short one are, is not compared."""
    seen = made(CHOSEN_ONE)
    seen.prime([CHOSEN, "/srv/walrus/orbit", CHOSEN, "x" * 4096, "walrus-7"])
    assert compared == [[CHOSEN]]
    assert seen.matches(CHOSEN) == (Match("prod", "PASSPHRASE"),)
    assert seen.matches("/srv/walrus/orbit") == ()
    assert compared == [[CHOSEN]]
    seen.matches("otter-Orbit7-iron")
    assert compared[1:] == [["otter-Orbit7-iron"]]


@pytest.mark.parametrize(("length", "found"), [(4095, True), (4096, False)])
def test_what_is_long_is_no_value(length: int, *, found: bool) -> None:
    """A page of prose holds no chosen secret that is looked for so."""
    assert bool(made(CHOSEN_ONE).matches(f"{CHOSEN} ".ljust(length, "x"))) is found


def test_drawn_ones_are_not_compared_slowly(compared: list[list[str]]) -> None:
    seen = made(DRAWN_ONE)
    seen.prime([CHOSEN])
    assert seen.matches(CHOSEN) == ()
    assert compared == []


@pytest.mark.parametrize(
    ("declared", "shapes"),
    [
        (
            '[A]\nsecret = true\ngenerate = "hex:64"\n[B]\nsecret = true\ngenerate = "hex:64"\n',
            {("0123456789abcdef", 64)},
        ),
        ("[A]\n", set()),
    ],
)
def test_the_shapes_of_generated_secrets(declared: str, shapes: set[tuple[str, int]]) -> None:
    """Of which alphabet and how long, each once."""
    assert {*module._shapes(schema.parse(declared))} == shapes
    assert module._shapes(None) == ()


def test_a_quick_look_at_a_file_finds_what_stands_between_other_signs() -> None:
    """As a value in any stretch of it; in a file only where no letter is glued to it."""
    seen = made(DRAWN_ONE)
    assert seen.matches(f"a~{PROD_PASSWORD}~b", slow=False) == (Match("prod", "POSTGRES_PASSWORD"),)
    assert seen.matches(f"a{PROD_PASSWORD}b", slow=False) == ()
    assert made(DRAWN_ONE, '[A]\nsecret = true\ngenerate = "password:32"\n').matches(f"a{PROD_PASSWORD}b") != ()
    assert seen.matches(PROD_PASSWORD[:20]) == ()
