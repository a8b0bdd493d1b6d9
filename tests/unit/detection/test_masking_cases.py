"""What is left of a line or a document that is shown, whole."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.secret import MASK, Secret
from dockgate.detection import masking

PW = "kX7mQ2vN9pR4tW8z"
DRAWN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4"
HEX = "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a"
KEY = "4b1d" + "9f2c4e6a8b0d1f3e5c7a9b8d6f4e2c0a1b3d5f"
KNOWN = [Secret("walrus-orbit"), Secret("abc"), Secret("abcd"), Secret("pa$word"), Secret("walrus-orbit-copper")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("is walrus-orbit-copper here", "is # here"),
        ("abc abcd", "abc #"),
        ("pa$word pa$$word", "# #"),
        # The beginning of one, from six characters on, at signs that end a sentence.
        ("walrus", "#"),
        ("walru", "walru"),
        ("walrus-o.", "#."),
        (":walrus-o:", ":#:"),
        ("walrus-x", "walrus-x"),
        # Assigned: a plain word behind a colon is prose.
        ("PASSWORD: invalid", "PASSWORD: invalid"),
        ("PASSWORD=invalidated", "PASSWORD=#"),
        ("PASSWORD: Kupferkanne7", "PASSWORD: #"),
        # Drawn, but for what identifies a thing.
        (f"see {DRAWN} there", "see # there"),
        (f"container {HEX} x", f"container {HEX} x"),
        # A key of a provider that has such a form, where nothing says what it identifies.
        (f"container {KEY} x", f"container {KEY} x"),
        (f"see {KEY} x", "see # x"),
        (f"container of what is no such thing as that: {KEY}", "container of what is no such thing as that: #"),
        (f"at https://h/{DRAWN}/x?{HEX}", f"at https://h/#/x?{HEX}"),
        (f"a {'x' * 45} container {DRAWN}", f"a {'x' * 45} container #"),
        # What Compose repeats.
        ('parsing "x y": bad', "parsing #: bad"),
        ("invalid size: 'x y' bad", "invalid size: # bad"),
        ("You may need to escape any $ with another $.\nx\ny", "You may need to escape any $ with another $.\n#"),
        (f"one {PW}\nPW={PW}", f"one {PW}\nPW=#"),
    ],
)
def test_what_another_program_said(text: str, shown: str) -> None:
    assert masking.said(text, KNOWN) == shown.replace("#", MASK)


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (["a abcd", {"k": "abcd", "n": None}, 5, True], ["a #", {"k": "#", "n": None}, 5, True]),
        ("abc", "abc"),
    ],
)
def test_a_document_of_ours(node: Any, shown: Any) -> None:
    assert str(masking.masked(node, KNOWN)) == str(shown).replace("#", MASK)


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        ({"DB_PASSWORD": "x"}, {"DB_PASSWORD": "#"}),
        ({"DB_PASSWORD": ""}, {"DB_PASSWORD": ""}),
        ({"DB_PASSWORD": "12345"}, {"DB_PASSWORD": "#"}),
        ({"DB_PASSWORD": "/run/x"}, {"DB_PASSWORD": "/run/x"}),
        ({"DB_PASSWORD": ["x", 5]}, {"DB_PASSWORD": ["#", 5]}),
        ({"my.password": "x"}, {"my.password": "x"}),
        ({"NOTE": f"a\npassword={PW}"}, {"NOTE": "a\npassword=#"}),
        ({"DSN": f"postgres://a:{PW}@b"}, {"DSN": "#"}),
        ({"X": "is abcd"}, {"X": "is #"}),
        ({5: {"PIN": "1234"}}, {5: {"PIN": "#"}}),
        # An option and its value are two entries; paths, references and further options are no values.
        (["x", "--password", "walrus7"], ["x", "--password", "#"]),
        (["x", "--password", "/run/p", "walrus7"], ["x", "--password", "/run/p", "walrus7"]),
        (["x", "--token=abc7", "abc77", "xabc7"], ["x", "--token=#", "abc77", "xabc7"]),
        (["mysql", "-pwalrus", "walrus"], ["mysql", "-p#", "#"]),
        (["x", 5, "--password", "walrus7"], ["x", 5, "--password", "#"]),
        (["x", "DB_PASSWORD=true"], ["x", "DB_PASSWORD=true"]),
        (f"curl -u ops:{PW} http://h", "curl -u ops:# http://h"),
        ("x --secret $KEY", "x --secret $KEY"),
        (f"H 'Bearer {PW}'", "H 'Bearer #'"),
    ],
)
def test_a_document_that_declares_nothing(node: Any, shown: Any) -> None:
    """Each value by its name or its looks; in commands what their options are given."""
    assert str(masking.document(node, KNOWN)) == str(shown).replace("#", MASK)


@pytest.mark.parametrize("count", [16, 17])
def test_of_many_values_the_longest_goes_first(count: int) -> None:
    """Each place of a line is looked at once."""
    drawn = [f"{PW}{'x' * number}7" for number in range(count)]
    line = " ".join(f"TOKEN_{number}={each}" for number, each in enumerate(drawn))
    expected = " ".join(f"TOKEN_{number}={MASK}" for number in range(count))
    assert masking.said(f"{line} end {drawn[3]}") == f"{expected} end {MASK}"
