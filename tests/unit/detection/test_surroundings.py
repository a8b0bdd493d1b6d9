"""How near, how many and how long: the bounds of what a file says of a finding in it."""

from __future__ import annotations

import pytest

from dockgate.detection.assignments import Form
from dockgate.detection.credential import ADDRESSED, UNNAMED, Credential
from dockgate.detection.surroundings import Surroundings

DRAWN = "k7Qm2xV9pL4wTz8RnB5cYd3H"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a"
NAMED = Credential("secret by its name")
PHRASE = '  "a{}": "Sign in again",\n'
WORDS = '  "b{}": "Woord",\n'
CODES = '  "c{}": "1f3{:02d}",\n'


def explained(
    text: str, name: str, value: str, found: Credential = NAMED, *, number: int = 1, written: Form = Form.SETTINGS
) -> bool:
    """Return whether a file says that a finding in one of its lines is none."""
    return Surroundings(text, text.splitlines(), written).explain(number, name, value, found)


def many(line: str, count: int) -> str:
    """Return a line so many times, each with its number."""
    return "".join(line.format(each, each) for each in range(count))


@pytest.mark.parametrize(("away", "near"), [(8, True), (9, False)])
@pytest.mark.parametrize("before", [True, False])
def test_a_sign_near_by_counts(away: int, *, near: bool, before: bool) -> None:
    """Eight lines in front, eight lines behind."""
    lines = ["apiKey: x", *["x"] * (away - 1), "indexName: docs"]
    number = 1 if not before else len(lines)
    text = "\n".join(reversed(lines) if before else lines)
    for sign in ("indexName", "docsearch", "algolia"):
        assert explained(text.replace("indexName", sign), "apiKey", HEX, number=number) is near
    assert not explained(text, "adminSecret", HEX, number=number)
    google = Credential("Google API key", certain=True)
    for sign in ("authDomain", "mobilesdk_app_id"):
        assert explained(text.replace("indexName", sign), "x", "x", google, number=number) is near
    other = Credential("Other key", certain=True)
    assert not explained(text.replace("indexName", "authDomain"), "x", "x", other, number=number)


@pytest.mark.parametrize(
    ("name", "value", "found", "none"),
    [
        ("app_1srOrx2ZWZBpBUvZwXKQmoEYga2", DRAWN, Credential(UNNAMED), True),
        ("app_1srOrx2ZWZBpBUvZwXKQmoEYga2", DRAWN, NAMED, False),
        ("uplink", DRAWN, Credential(UNNAMED), False),
    ],
)
def test_an_identifier_beside_another(name: str, value: str, found: Credential, *, none: bool) -> None:
    assert explained("", name, value, found) is none


@pytest.mark.parametrize(
    ("text", "value", "none"),
    [
        ("PGUSER: bakery\nPGPASSWORD: bakery\n", "bakery", True),
        ("PGDATABASE: bakery\nPGPASSWORD: 'bakery'\n", "'bakery'", True),
        ("PGHOST: bakery\nPGPASSWORD: bakery\n", "bakery", False),
        ("PGUSER: baker\nPGPASSWORD: bakeryhouse\n", "bakeryhouse", False),
        ("bakery@h x\nx\n", "bakery", False),
        ("x\nbakery@h x\n", "bakery", True),
        ("x\nCREATE USER bakery@'%' IDENTIFIED BY 'bakery';\n", "'bakery'", True),
        ("PGUSER: bakery7x\nPGPASSWORD: bakery7x\n", "bakery7x", False),
    ],
)
def test_the_name_of_the_user(text: str, value: str, *, none: bool) -> None:
    """One word, in the same line in front of a host, or as a user anywhere."""
    assert explained(text, "PGPASSWORD", value, number=2) is none
    assert not explained(text, "PGTOKEN", value, number=2)


@pytest.mark.parametrize(
    ("codes", "value", "none"), [(40, "1f399", True), (39, "1f399", False), (40, "1f3999", False), (40, "1f3xx", False)]
)
def test_a_code_in_a_table(codes: int, value: str, *, none: bool) -> None:
    """Forty names that have one of the same length."""
    assert explained(many(CODES, codes), "pass", value) is none


@pytest.mark.parametrize(
    ("text", "none"),
    [
        (many(PHRASE, 20), True),
        (many(PHRASE, 19), False),
        (many(PHRASE, 20) + many('  "n{}": "x7",\n', 20), True),
        (many(PHRASE, 20) + many('  "n{}": "x7",\n', 21), False),
        (many(PHRASE, 8) + many(WORDS, 32), True),
        (many(PHRASE, 7) + many(WORDS, 33), False),
        (many(PHRASE, 8) + many(WORDS, 28) + many('  "n{}": "x7",\n', 4), True),
        (many(PHRASE, 8) + many(WORDS, 27) + many('  "n{}": "x7",\n', 5), False),
        (many("a{}: Sign in again\n", 20), True),
        (many("a{}: 'Sign in again'\n", 20), True),
        (many("<a>Sign in again {}</a>\n", 20), True),
        (many('<string name="a{}">Sign in again</string>\n', 20), True),
        (many("a{}: Sign --in again\n", 20), False),
        (many("a{}: Sign in /again\n", 20), False),
        (many("a{}: Größe\n", 20), True),
        (many("a{}: Größe7\n", 20), False),
        (many("a{}: 5 Sign\n", 20), False),
    ],
)
def test_a_translation_has_phrases(text: str, *, none: bool) -> None:
    """Twenty values at least, half of them phrases; or a fifth of them, and nearly all words."""
    for said in ("Wachtwoord", "Allweddi API"):
        assert explained(text, "password", said) is none
    assert not explained(text, "", "Wachtwoord")
    assert not explained(text, "password", DRAWN)


@pytest.mark.parametrize(
    ("length", "written", "none"),
    [(5_001, Form.PROGRAM, True), (5_000, Form.PROGRAM, False), (5_001, Form.SETTINGS, False)],
)
def test_a_line_of_a_bundle(length: int, written: Form, *, none: bool) -> None:
    """It calls a label a password, and has code that looks like an address."""
    text = f"x\n{'x' * length}"
    assert explained(text, "password", "Wachtwoord", number=2, written=written) is none
    code = 'http://a:b(c),d;e@f"'
    assert explained(text, "", code, Credential(ADDRESSED), number=2, written=written) is none
    assert not explained(text, "", "http://a:bcd@f", Credential(ADDRESSED), number=2, written=written)
    assert not explained(text, "", "walrus", Credential(ADDRESSED), number=2, written=written)
    assert not explained(text, "", code, number=2, written=written)


def test_the_name_of_an_entry_in_a_property_list() -> None:
    text = "<dict>\n<key>x</key>\n"
    assert explained(text, "key", DRAWN, number=2)
    assert not explained(text, "key", DRAWN, number=1)
    assert not explained(text, "keys", DRAWN, number=2)
    assert not explained("<key>x</key>", "key", DRAWN)


@pytest.mark.parametrize(
    ("name", "count", "found", "written", "none"),
    [
        ("origin", 4, Credential(UNNAMED), Form.SETTINGS, True),
        ("origin", 3, Credential(UNNAMED), Form.SETTINGS, False),
        ("Value", 9, Credential(UNNAMED), Form.SETTINGS, False),
        ("origin", 4, NAMED, Form.SETTINGS, False),
        ("token", 3, NAMED, Form.PROSE, True),
        ("token", 2, NAMED, Form.PROSE, False),
        ("token", 9, NAMED, Form.SETTINGS, False),
        ("password", 9, NAMED, Form.PROSE, False),
        ("key", 6, NAMED, Form.SETTINGS, True),
        ("key", 5, NAMED, Form.SETTINGS, False),
    ],
)
def test_a_column(name: str, count: int, found: Credential, written: Form, *, none: bool) -> None:
    """By how many different values a name has."""
    text = many(f"{name}: v{{}}\n", count) * 2
    assert explained(text, name, DRAWN, found, written=written) is none
