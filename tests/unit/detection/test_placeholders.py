from __future__ import annotations

import pytest

from dockgate.detection import placeholders


@pytest.mark.parametrize(
    "value", ["${DB}", "$DB", "{{ db }}", "<db>", "%(db)s", "cmd:op read x", "file:/run/x", "!vault x"]
)
def test_references_point_elsewhere(value: str) -> None:
    """They are no value."""
    assert placeholders.is_reference(value)
    assert placeholders.is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "CHANGE_ME", "your-key", "<token>", "replace with key", "dev-only-x9Kq", "xxxxxx", "fill-me-in",
        "dummyKeyWithMinimumLength" + "-" * 25, "example_secret" + "=" * 30,
    ],
)  # fmt: skip
def test_asking_values(value: str) -> None:
    """They say so themselves."""
    assert placeholders.asks(value)


@pytest.mark.parametrize(
    "value", ["production", "information", "api.example.net.evil" * 0 or "warehouse", "Kf93!mmQp", ""]
)
def test_values_that_ask_for_nothing(value: str) -> None:
    """Words alone do not."""
    assert not placeholders.asks(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "password",
        "P4ssw0rd!",
        "postgres",
        "mytestpassword",
        "12345678",
        "qwerty123",
        "aaaaaaaa",
        "q7zzq7qz",
        "deadbeefdeadbeef",
    ],
)
def test_placeholders(value: str) -> None:
    """Empty, famous, joined, ordered, repeated."""
    assert placeholders.is_placeholder(value)


@pytest.mark.parametrize("value", ["monkeybusiness", "Tr0ub4dor&3", "q7Vw2ZkT9mXc4LhB", "correct horse battery staple"])
def test_no_placeholders(value: str) -> None:
    """A person chose them."""
    assert not placeholders.is_placeholder(value)


def test_long_digits_are_no_word() -> None:
    """They are cut off at the end only, in one step."""
    assert not placeholders.is_placeholder("8306512947" * 3_000 + "kX")
    assert placeholders.is_placeholder("password" + "1234567" * 3_000)


DRAWN = "q7Vw2ZkT9mXc4LhB"


@pytest.mark.parametrize(
    ("value", "asking"),
    [
        (" 'changeme' ", True),
        ('"changeme"', True),
        ("''", False),
        ("<a token>", True),
        ("<a", False),
        ("***", True),
        ("xX", False),
        ("EXAMPLE" + DRAWN, True),
        ("your-walrus", True),
        ("yourwalrus", True),
        ("sample-" + DRAWN, True),
        ("walrus-changeme", True),
        ("changeme-" + DRAWN, True),
        ("fake-" + DRAWN[:8] + "7x9q2w4", True),
        ("walrus7fake9x2q4w8z", False),
        ("changeme" + "-" * 40, True),
        ("walrus-orbit", False),
    ],
)
def test_a_value_that_asks_for_another(value: str, *, asking: bool) -> None:
    assert placeholders.asks(value) is asking


@pytest.mark.parametrize(
    ("value", "filler"),
    [
        (" '' ", True),
        (" ${X} ", True),
        ("'${X}'", True),
        # Few different characters, a repetition, one at the end.
        ("k7k7x", True),
        ("k7Qx", False),
        ("q7Vwq7Vwq7Vw", True),
        ("q7Vwq7Vwq7VwX", False),
        (DRAWN + "1A" * 5, True),
        (DRAWN + "1A" * 4, False),
        ("x" + "1A" * 28 + DRAWN, False),
        # The alphabet, digits and the keyboard in order.
        ("abcdefgh" + "Qx7Kz2Wm", True),
        ("Qx7Kz2Wm9" + "abcdefg", False),
        ("asdfghj.zyx-987", True),
        ("qwertyuiX", True),
        ("abcQx7efg", False),
        ("abc-def-ghi-xK", True),
        ("abcxdefxghix", False),
        ("hijk7", True),
        ("abcdefgh" * 40, True),
        # Common words and digits in order, nearly the whole of it.
        ("somestring12345678AB", True),
        ("somestring1234XQK", False),
        ("secretkeyQ", True),
        ("secret" * 41 + "Qvkzjwqvkz", True),
        ("secret" * 41 + "Qvkzjwqvkzb", False),
        ("mypassword1234QX7", False),
        ("mypassword12341234", True),
        ("mypassword12351234", True),
        ("mypassword1352", True),
        ("foo1234bar1234qux1234k", True),
        ("fo1234ba1234qu1234k", False),
        # Common words alone, joined, in other spellings, with signs behind them.
        ("secret-key_of.the-app", True),
        ("thisisasecretkey", True),
        ("thisisawalruskey", False),
        ("S3cr3t", True),
        ("p@$$w0rd!!!", True),
        ("walrus", False),
        ("1234-56", True),
        ("1234-567", True),
        ("7305-19", True),
        ("7305-192", False),
    ],
)
def test_filler(value: str, *, filler: bool) -> None:
    assert placeholders.is_placeholder(value) is filler


def test_words_of_a_value() -> None:
    """At signs, at digits, and where the case changes."""
    assert placeholders.words("dbPassword-OF_the2ndAPPKey") == (
        "db", "password", "of", "the", "2", "nd", "app", "key",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "average", "words"),
    [
        ("walrus-orbit", 5.5, True),
        ("walrus-orbit", 5.6, False),
        ("ab12", 1, False),
        ("abc12", 1, True),
        ("1234", 1, False),
    ],
)
def test_what_reads_as_words(value: str, average: float, *, words: bool) -> None:
    """By their average length, and more than half of it letters."""
    assert placeholders.reads_as_words(value, average) is words


@pytest.mark.parametrize(
    ("value", "unspeakable"),
    [
        ("s7epnjtomsdond5zgfqgaqmwhhcjct02", True),
        ("s7epnjtomsdond5zgfqgaqmwhhcjct0", True),
        ("aeiou7aeiou8aeiou9aeiou", False),
        ("bcdfg7bcdfg8bcdfg9bcd", True),
        ("bcdfg7bcdfg8bcdfgxbcd", False),
        ("bcdfg7bcdfg8bcdfg9b", False),
        ("Bcdfg7bcdfg8bcdfg9bcd", False),
    ],
)
def test_what_cannot_be_spoken(value: str, *, unspeakable: bool) -> None:
    """Twenty small letters and digits, three of these, and few vowels."""
    assert placeholders.is_unspeakable(value) is unspeakable
