"""What a matcher compares slowly, and what it keeps."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from dockgate.env import schema
from dockgate.guardrails import matcher as module
from dockgate.guardrails.crossing import Match
from dockgate.guardrails.matcher import FingerprintMatcher
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.digests import DigestKind
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from tests.guardrails.scenes import PROD_PASSWORD, fingerprinted

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
