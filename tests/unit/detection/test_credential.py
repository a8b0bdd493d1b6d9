from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.detection import credential, key_formats
from dockgate.detection.assignments import Form
from dockgate.detection.credential import ADDRESSED, UNNAMED, Credential, classify
from dockgate.detection.text_lines import in_line, values

KINDS = {*key_formats.KINDS, "secret by its name", "password in an address", "random characters"}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("SECRETARY", False), ("SECRETARIAT_ROOM", False), ("API_KEYWORDS", False), ("SESSION_KEYNOTE", False),
        ("TOKENOMICS", False), ("CLIENT_SECRET", True), ("mySecretArgument", True), ("secretkeys", True),
        ("API_KEYS", True), ("SERVICE_KEY_B64", True), ("ACCESSTOKEN", True), ("secretservice", True),
    ],
)  # fmt: skip
def test_names_are_read_as_words(name: str, *, secret: bool) -> None:
    """A secretary is no secret, and a keyword no key."""
    assert credential.names_a_secret(name) is secret


def test_a_chosen_secret_in_a_program_is_a_value_under_any_name() -> None:
    """It is compared with the fingerprints; words, sentences and numbers are not."""
    line = 'connect("db", "walrus-Orbit7-copper", 5432, "a sentence of 4 words", name="db-1")'
    assert list(values(line, Form.PROGRAM)) == ["walrus-Orbit7-copper"]


def test_a_line_names_the_variable() -> None:
    """JSON, YAML and shell alike."""
    for line in ('  "dbPassword": "Kf93!mmQp",', "dbPassword: Kf93!mmQp", "export dbPassword='Kf93!mmQp'"):
        assert [name for name, _ in in_line(line)] == ["dbPassword"]


@given(st.text(max_size=120), st.text(max_size=300))
def test_any_name_and_value_are_classified_without_an_error(name: str, value: str) -> None:
    """And what is said of it is one of a few fixed phrases: nothing of the value is in it."""
    found = classify(name, value)
    assert found is None or found.kind in KINDS
    list(in_line(f"{name}={value}"))


@pytest.mark.parametrize("piece", ["1", "sha", "-1", "/a", "--a", "a.", "a/b", ":/a", "+A1a", "a@b."])
def test_a_long_value_takes_no_longer_than_its_length_says(piece: str) -> None:
    """Where a pattern could be read in many ways, a value of a hundred pieces would take too long to wait for."""
    for start in ("sha", "/", "--", "", "a://"):
        assert credential.is_ordinary(f"{start}{piece * 100}\n!") in {True, False}


@given(st.text(max_size=40))
def test_entropy_is_between_nothing_and_the_logarithm_of_the_length(text: str) -> None:
    """Shannon's bounds."""
    assert -0.001 <= key_formats.entropy(text) <= max(len(text), 1).bit_length()


DRAWN = "q7Vw2ZkT9mXc4LhB8nRf1YpD6s"
NAMED = "secret by its name"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a"
KEY = "ghp_" + "yQbWDPxQgaZ4eTSuVFJrmVGloUfENbFqzLHS"
TEMPLATE = "{{ x }}"


def b64(text: str) -> str:
    """Return base64 of a text."""
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        # Five characters at least, without quotes and blanks around them.
        ("password", "Kq7v2", NAMED),
        ("password", "Kq7v", ""),
        ("password", " 'Kq7v ' ", ""),
        ("password", "`Kq7v2`", NAMED),
        # By its own format; filler of that format is none, nor what stands in documentation.
        ("uplink", KEY, "GitHub token"),
        ("password", "ghp_" + "x" * 36, ""),
        # In an address and in a row of settings.
        ("uplink", f"amqp://a:{DRAWN}@h", ADDRESSED),
        ("uplink", "amqp://walrus:walrus@h", ""),
        ("uplink", "amqp://a:Kq7v@h", ""),
        ("uplink", "amqp://a:Kq7%76%76@h", ADDRESSED),
        ("uplink", "amqp://a:changeme@h", ""),
        ("uplink", "amqp://a:{props.token}@h", ""),
        ("uplink", f"Server=db;Password={DRAWN}", ADDRESSED),
        ("uplink", "a=b;PublicKeyToken=adb9793829ddae60", ""),
        ("uplink", "PublicKeyToken=adb9793829ddae60;a=b", ""),
        ("uplink", f"{'a' * 60}_public_keytoken=adb9793829ddae60", ""),
        # References: their defaults, and what stands between them.
        ("password", "${X}", ""),
        ("password", "${X:-Kq7v2walrus}", NAMED),
        ("uplink", "${DB_PASSWORD:-Kq7v2walrus}", NAMED),
        ("uplink", "${DB_HOST:-Kq7v2walrus}", ""),
        ("uplink", f"amqp://a:{DRAWN}@${{HOST}}", ADDRESSED),
        ("uplink", f"${{X}}{DRAWN}", UNNAMED),
        ("password", f"{TEMPLATE}kX7mQ2vN9pR4", UNNAMED),
        ("key", f"{TEMPLATE}kX7mQ2vN9pR4", ""),
        ("password", f"{TEMPLATE}kX7mQ2vN9pR", ""),
        ("password", f"{TEMPLATE}walrusorbitcopper", ""),
        ("password", f"{TEMPLATE}/run/secrets/kX7mQ2vN9", ""),
        ("password", f"baJHzA___REDACTED___{DRAWN}", ""),
        ("password", "!Ref Walrus7x", ""),
        ("password", f"$$2y$$10$$N9qo8uLOickgx2ZMRZoMye{DRAWN}", ""),
        # Under a clear name what is no word, no setting, no placeholder.
        ("password", "walrusorbit", NAMED),
        ("password", "write", ""),
        ("password", "{noop}secret", ""),
        ("password", "{noop}admin", ""),
        ("password", "{noop}Kq7v2walrus", NAMED),
        ("password", b64("super-secret-password"), ""),
        ("password", b64("walrus:otters"), NAMED),
        ("password", b64("beep:boop"), ""),
        ("password", b64("beep:beep"), ""),
        ("password", "beep:boop", ""),
        ("password", '{"algorithm": "sha-256"}', ""),
        ("password", '{"algorithm": "q7zq7z"}', ""),
        ("password", '{"algorithm": "sha-256"}Kq7v2', NAMED),
        ("password", b64(b64('{"algorithm": "sha-256"}')), NAMED),
        ("password", '{"algorithm": "Kq7v2walrus"}', NAMED),
        ("password", b64('{"user": "walrus7x", "password": "q7zq7z"}'), ""),
        ("password", b64('[{"user": "walrus7x", "password": "q7zq7z"}]'), NAMED),
        ("password", b64(f'{{"password": "{b64(b64("super-secret-password"))}"}}'), NAMED),
        ("password", "/run/secrets/x", ""),
        # Digits alone are a password from eight on, under such a name.
        ("DB_PASSWORD", "83920174", NAMED),
        ("DB_PASSWORD", "8392017", ""),
        ("API_TOKEN", "83920174", ""),
        # Under a vague name only what looks drawn.
        ("key", "kX7mQ2vN", NAMED),
        ("key", "walrus-orbit7", ""),
        ("key", "kXmQvNpRtW", ""),
        ("key", "kX7mQ2v", ""),
        ("key", "s7epnjtomsdond5zgfqgaqmwhhcjct02", NAMED),
        ("key", "13BB3A34C9E380258CE43D595CB150B31F6426BC", ""),
        ("key", "v2/tokens8", ""),
        ("pepper", "ab12-cd34-ef56", ""),
        ("auth_salt", "kX7mQ2vN9pR4tW8z", NAMED),
        ("auth_salt", "kX7mQ2vN9pR4tW8", ""),
        ("signing_salt", "kX7mQ2vN9pR4tW8z", ""),
        ("COOKIE_SALT", "kX7mQ2vN9pR4tW8z", ""),
        # Under a name that says nothing only what looks like a key.
        ("uplink", DRAWN, UNNAMED),
        ("uplink", DRAWN[:20], UNNAMED),
        ("uplink", DRAWN[:19], ""),
        ("uplink", (DRAWN * 8)[:200], UNNAMED),
        ("uplink", (DRAWN * 8)[:201], ""),
        ("uplink", f"{DRAWN}.pem", ""),
        ("uplink", f"{DRAWN[:13]}-{DRAWN[13:]}", ""),
        ("uplink", f"{DRAWN[:18]}-{DRAWN[18:]}", UNNAMED),
        ("uplink", f"{DRAWN[:17]}-{DRAWN[18:]}", ""),
        ("uplink", HEX, ""),
        ("uplink", HEX.upper(), ""),
        ("uplink", "0x" + HEX + "ABcd", ""),
        ("uplink", f"7bd0e3a4-91c2-4f6b-8a5d-3e9c1f7b2d60{DRAWN}", ""),
        ("uplink", DRAWN.lower(), ""),
        ("uplink", DRAWN.upper(), ""),
        ("uplink", "WalrusOrbitCopper7Meadow", ""),
        ("uplink", "Aa1" * 8, ""),
        ("commit_sha", DRAWN, ""),
        ("uplink", b64("@michaelgrahamevans"), ""),
        ("uplink", b64("walrus:Kq7v2walrus7"), UNNAMED),
        ("uplink", b64("a super secret password"), ""),
        ("uplink", b64(b64("a super secret password")), UNNAMED),
        ("uplink", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", ""),
    ],
)
def test_what_a_value_is(name: str, value: str, kind: str) -> None:
    found = classify(name, value)
    assert (found.kind if found else "") == kind


def test_a_key_of_a_provider_is_certain() -> None:
    """One that no provider makes is said to be so."""
    assert classify("uplink", KEY) == Credential("GitHub token", certain=True)
    made_up = KEY.replace("4", "A")
    assert classify("uplink", made_up) == Credential("GitHub token", certain=True, unsound=True)
    assert classify("uplink", DRAWN) == Credential(UNNAMED)


@pytest.mark.parametrize(
    ("name", "value", "may", "chosen"),
    [
        ("password", "write", True, True),
        ("password", "whal", False, True),
        ("password", "changeme", False, False),
        ("password", "/run/x", False, False),
        ("password", " '/run/x' ", False, True),
        ("uplink", "write", False, True),
        ("uplink", DRAWN, True, True),
        ("uplink", f"https://h/?token={DRAWN}", True, True),
        ("uplink", "https://h/x", False, False),
    ],
)
def test_what_may_be_one(name: str, value: str, *, may: bool, chosen: bool) -> None:
    """Where a message would be wrong about it; and what a person may have chosen, under whatever name."""
    assert credential.may_be_one(name, value) is may
    assert credential.may_be_chosen(value) is chosen


@pytest.mark.parametrize(
    ("user", "password", "one"),
    [
        ("a", "Kq7v2", True),
        ("a", "Kq7v", False),
        ("Kq7v2", "Kq7v2", False),
        (None, "Kq7v2", True),
        ("a", "%4Bq7v2", True),
        ("Kq7v2", "%4Bq7v2", False),
        ("a", "changeme", False),
        ("a", "vault:secret/x", False),
        ("a", "(?:x)walrus", False),
        ("a", "x${PW}walrus", False),
    ],
)
def test_the_password_of_an_address(user: str | None, password: str, *, one: bool) -> None:
    assert credential.is_password(user, password) is one
