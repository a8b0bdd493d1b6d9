"""One table of key formats: where a key stands in a text, and whether a provider could have made it."""

from __future__ import annotations

import base64
import json

import pytest

from dockgate.detection import key_formats
from dockgate.detection.provider_keys import TABLE, Stage


@pytest.mark.parametrize("piece", ["eyJ-", "MT.", "|", "sk-", "0123456789012345|", "-us1", "a.atlasv1.", "pat.", "x"])
def test_what_begins_as_a_key_does_is_none(piece: str) -> None:
    """Also where each word of a long text begins so."""
    assert not any(key.format.proves and not key.hollow for key in key_formats.find(piece * (20_000 // len(piece))))


BODY = "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS"
KEY = f"ghp_{BODY}"
PEM = "-----BEGIN " + "PRIVATE KEY-----"
DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"


def token(header: str, length: int = 43) -> str:
    """Return a JSON Web Token with this header."""
    claims = {"name": "one", "iss": "podinfo", "exp": 9999999999}
    parts = (header, json.dumps(claims))
    return ".".join(
        (*(base64.urlsafe_b64encode(each.encode()).decode().rstrip("=") for each in parts), (DRAWN * 8)[:length])
    )


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("", []),
        ("x" * 15, []),
        ("x" * 16, [(0, "x" * 16)]),
        (f"{'x' * 16} {'y' * 15} é{'z' * 17}", [(0, "x" * 16), (34, "z" * 17)]),
        (f"a {'x' * 16}", [(2, "x" * 16)]),
    ],
)
def test_the_rooms_for_a_key(text: str, rooms: list[tuple[int, str]]) -> None:
    """Sixteen characters of which keys consist, at the beginning of a text and at its end."""
    assert [*key_formats.rooms(text)] == rooms
    assert key_formats.may_hold_one(text) is bool(rooms)
    assert key_formats.may_hold_one(f"é {PEM[:11]}")


MAILING = "9f2c4e6a8b0d1f3e" + "5c7a9b8d6f4e2c0a"  # of which a key is made by what stands behind it


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KEY, [(KEY, 40)]),
        (f"x {KEY} {KEY}", [(KEY, 42), (KEY, 83)]),
        (f"x{KEY}", []),
        (f"{KEY}x", [(f"{KEY}x", 41)]),
        (f"{KEY}é", [(KEY, 40)]),
        (f"x {PEM} {KEY}", [(PEM, len(PEM) + 2), (KEY, len(PEM) + 43)]),
        (f"{PEM} {PEM} {PEM}", [(PEM, 27), (PEM, 55), (PEM, 83)]),
        (f"a {MAILING}-us14", [(f"{MAILING}-us14", 39)]),
        (f"{MAILING[1:]}-us14", []),
        ("12345678:AA" + "x7Kq" * 8 + "x", [("12345678:AA" + "x7Kq" * 8 + "x", 44)]),
        ("1234567890:AA" + "x7Kq" * 8 + "x", [("1234567890:AA" + "x7Kq" * 8 + "x", 46)]),
    ],
)
def test_the_keys_of_a_text_and_their_ends(text: str, found: list[tuple[str, int]]) -> None:
    assert [(key.text, key.end) for key in key_formats.find(text)] == found


@pytest.mark.parametrize(
    ("text", "hollow", "unsound"),
    [
        (KEY, False, False),
        ("ghp_" + "x" * 36, True, True),
        ("ghp_" + "1234567890abcdefghijklmnopqrstuvwxyz", True, True),
        ("ghp_EXAMPLE" + BODY[7:], True, False),
        ("ghp_" + BODY[:14] + "a" * 16 + BODY[14:20], True, False),
        ("ghp_" + BODY[:14] + "a" * 15 + BODY[14:21], False, False),
        ("ghp_" + "abQ7" * 9, True, False),
        ("ghp_" + "WalrusOrbitCopperMeadowHarbourLantern"[:36], True, True),
        ("ghp_" + BODY.replace("4", "A"), False, True),
        ("AKIA" + "CRDRZTOBQDUESLLV", False, True),
        (PEM, False, False),
        (token('{"alg": "HS256"}'), False, False),
        (token('{"alg": "HS256"}', 42), False, True),
        (token('{"alg": "HS384"}', 64), False, False),
        (token('{"alg": "HS384"}', 63), False, True),
        (token('{"alg": "HS512"}', 86), False, False),
        (token('{"alg": "HS512"}', 85), False, True),
        (token('{"alg": "RS256"}', 171), False, False),
        (token('{"alg": "RS256"}', 170), False, True),
        (token('{"alg": "none-of-these"}', 20), False, False),
        (token('{"alg": "ES384","typ":"JWT"}', 128), False, False),
        (token('{"typ": "JWT"}', 20), False, False),
        (f"{key_formats.SAMPLE_JWT}", None, None),
    ],
)
def test_filler_and_what_no_provider_makes(text: str, hollow: bool | None, unsound: bool | None) -> None:  # noqa: FBT001 - a case
    assert [(key.hollow, key.unsound) for key in key_formats.find(text)] == (
        [] if hollow is None else [(hollow, unsound)]
    )


@pytest.mark.parametrize(
    ("text", "live", "test"),
    [
        ("sk_live_" + DRAWN, "Stripe or Clerk", ""),
        ("x sk_test_" + DRAWN, "", "Stripe or Clerk"),
        ("acme_prod_" + DRAWN, "a provider", ""),
        ("acme-sandbox-" + DRAWN, "", "a provider"),
        ("test_" + DRAWN, "", "a provider"),
        ("acme_prod_" + DRAWN[:15], "", ""),
        ("", "", ""),
    ],
)
def test_the_provider_of_a_live_or_test_key(text: str, live: str, test: str) -> None:
    assert key_formats.provider_of_stage(text, Stage.LIVE) == live
    assert key_formats.provider_of_stage(text, Stage.TEST) == test


@pytest.mark.parametrize(
    ("text", "bits"), [("", 0.0), ("aaaa", 0.0), ("ab", 1.0), ("aabb", 1.0), ("abcd", 2.0), ("aaab", 0.811)]
)
def test_the_entropy_of_a_text(text: str, bits: float) -> None:
    assert key_formats.entropy(text) == pytest.approx(bits, abs=0.001)


@pytest.mark.parametrize(
    ("literals", "expression"),
    [({""}, ""), ({"a"}, "(?:a)"), ({"ab", "a"}, "(?:a(?:b)?)"), ({"b.", "ab", "ac"}, r"(?:a(?:b|c)|b(?:\.))")],
)
def test_one_expression_stands_for_many_literals(literals: set[str], expression: str) -> None:
    """By their first characters; the longest is tried first."""
    assert key_formats._any_of(literals) == expression


def test_literals_that_begin_a_key_stand_at_the_beginning_of_a_word() -> None:
    """Those with something in front of them, or that are no words, anywhere; each is one or the other."""
    first, others = key_formats._literals(first=True), key_formats._literals(first=False)
    assert first.isdisjoint(others)
    assert first | others == {literal for each in TABLE for literal in each.starts}
    assert {"ghp_", "AKIA", "sk_live_"} <= first
    assert {"-us", ":AA", ".atlasv1.", "-----BEGIN ", "==:"} <= others
