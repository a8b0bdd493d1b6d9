"""The formats of providers' keys: each is known to all that look for keys, and filler of it is none."""

from __future__ import annotations

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
