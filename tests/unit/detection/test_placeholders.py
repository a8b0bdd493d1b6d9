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
