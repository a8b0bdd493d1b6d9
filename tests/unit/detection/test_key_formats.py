"""One table of key formats, and everything that looks for a key looks there."""

from __future__ import annotations

import base64
import json
import random
import re
import string

import pytest

from bench import corpus
from dockgate.detection import key_formats, text_lines
from dockgate.detection.provider_keys import TABLE, Stage
from dockgate.scan import leaks

CHANCE = random.Random(20261128)  # noqa: S311 - made up, and the same each time
HEX = "0123456789abcdef"


def drawn(size: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Draw characters as a provider does."""
    return "".join(CHANCE.choices(alphabet, k=size))


KEYS = [
    "AIza" + drawn(35),
    f"SG.{drawn(22)}.{drawn(43)}",
    "npm_" + drawn(36),
    "dckr_pat_" + drawn(27),
    "hvs." + drawn(90),
    "github_pat_" + drawn(82),
    "sk-ant-" + f"api03-{drawn(93)}AA",
    "glptt-" + drawn(40, HEX),
    "dt0c01." + f"{drawn(24)}.{drawn(64)}",
    "gsk_" + drawn(52),
    "pplx-" + drawn(48),
    "xkeysib-" + f"{drawn(64, HEX)}-{drawn(16)}",
    "ntn_" + drawn(46),
    "sha256~" + drawn(43),
    "rubygems_" + drawn(48, HEX),
    "HRKU-AA" + drawn(58),
    "A3-" + "ASWWYB-798JRYLJVD4-23DC2-86TVM-H43EB",
    f"{drawn(3)}8Q~{drawn(34)}",
    f"{drawn(32, HEX)}-us14",
    "duffel_live_" + drawn(43),
    "https://hooks.slack.com/" + f"workflows/T016M3G1GHZ/A04J3BAF7AA/442660231806210747/{drawn(24)}",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_format_is_known_to_all_that_look_for_keys(key: str) -> None:
    """The guard's line and the image's bytes: what one finds, the other does."""
    [(_, found)] = text_lines.in_line(f"see {key} there")
    assert found.certain
    assert list(leaks.credentials(b"\xff\0" + key.encode() + b"\0")) == [found.kind]


@pytest.mark.parametrize(("name", "prefix", "alphabet", "length", "_suffix"), [f for f in corpus.FORMATS if f[1]])
def test_filler_is_no_key(name: str, prefix: str, alphabet: str, length: int, _suffix: str) -> None:
    """A prefix and a body that no generator makes: documents are full of them."""
    for body in ("x" * length, (alphabet[-1] * length), "0" * length):
        text = prefix + body
        assert list(leaks.credentials(text.encode())) == [], name
        assert not any(found.certain for _, found in text_lines.in_line(f"see {text} there")), name


def test_a_private_key_in_an_image_has_a_body() -> None:
    """Libraries have the first line alone in their sources."""
    head = b"-----BEGIN RSA " + b"PRIVATE KEY-----"
    body = drawn(64).encode()
    assert list(leaks.credentials(head + b"\n" + body)) == ["private key"]
    assert list(leaks.credentials(head + b"\nProc-Type: 4,ENCRYPTED\n\n" + body)) == ["private key"]
    assert list(leaks.credentials(head + b'" in text:')) == []


def test_keys_come_in_the_order_of_their_places_whatever_they_stand_in() -> None:
    """In a text with a private key, too, whose first line has blanks, and behind characters of other scripts."""
    first, last = "glptt-" + drawn(40, HEX), "ntn_" + drawn(46)
    text = f"é→ {first} ключ\n-----BEGIN EC " + f"PRIVATE KEY-----\nx\n{last}\n-----BEGIN "
    found = [*key_formats.find(text)]
    assert [text[key.end - len(key.text) : key.end] for key in found] == [key.text for key in found]
    assert [key.text for key in found] == [first, "-----BEGIN EC " + "PRIVATE KEY-----", last]


def test_live_and_test_keys_are_told_apart_by_the_table() -> None:
    """Each staged format is one row, and says only one of the two."""
    for each in TABLE:
        if each.stage:
            key = _sample(each.starts[0], each.rest)
            other = Stage.TEST if each.stage is Stage.LIVE else Stage.LIVE
            assert key_formats.provider_of_stage(key, each.stage), each
            assert not key_formats.provider_of_stage(key, other), each


def _sample(start: str, rest: str) -> str:
    """Return a key of one of the staged formats, which end in characters of one kind."""
    length = int(re.findall(r"\{(\d+),?\}", rest)[-1])
    return start + ("atp-" if "sandbox-sq0" in start else "") + drawn(length, HEX)


def test_every_literal_to_look_for_is_reached() -> None:
    """A literal that begins another one may hide it; each is found at its own place."""
    for each in TABLE:
        for literal in each.starts:
            assert [match[0] for match in key_formats.ANY_START.finditer(literal)] == [literal]


@pytest.mark.parametrize("piece", ["eyJ-", "MT.", "|", "sk-", "0123456789012345|", "-us1", "a.atlasv1.", "pat.", "x"])
def test_what_begins_as_a_key_does_is_none(piece: str) -> None:
    """Also where each word of a long text begins so."""
    assert not any(key.format.proves and not key.hollow for key in key_formats.find(piece * (20_000 // len(piece))))


@pytest.mark.parametrize(
    "name",
    [
        "STS.AssumeRoleWithWebIdentity",
        "SG.SecurityGroupRuleDescription.UpdateIngress",
        "hvs.handshakeServerStateMachine",
    ],
)
def test_an_identifier_in_a_program_is_no_key(name: str) -> None:
    """It has the beginning of a provider's keys, and words behind it."""
    assert [*leaks.credentials(b"\0\1" + name.encode() + b"\0")] == []
    drawn = name.partition(".")[0] + "." + "k7Qv2LmX9" * 2 + "t4Rw8Zp3" * 2
    assert name.startswith("SG") or [*leaks.credentials(b"\0\1" + drawn.encode() + b"\0")] != []


def test_a_pair_of_hexadecimal_digits_without_a_digit_is_one() -> None:
    """Such a pair reads as two words; the host that it opens is what proves it."""
    pair = f"{drawn(8, 'abcdef')}:{drawn(8, 'abcdef')}"
    [key] = key_formats.proven(f"https://{pair}" + "@gems.contribsys.com/")
    assert not key.hollow


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
