"""What is secret in a value that also says other things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockgate.parts import parts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("just-a-token", {}),
        ("correct horse battery staple", {}),
        ("a=b", {"a": "b"}),
        ("postgres://app:s3c%40ret@db:5432/app", {"password": "s3c@ret"}),
        ("https://example.com/hook", {}),
        ("http://[bad", {}),
        ("host=db user=app password=x", {"host": "db", "user": "app", "password": "x"}),
        ("Server=db;Password=x;", {"Server": "db", "Password": "x"}),
        ('{"key": "v", "more": ["a", {"key": "b"}], "n": 1}', {"key": "v", "more": "a", "key_2": "b"}),
        ('{"key": broken', {}),
        ('["odd name", "x"]', {"part": "x", "part_1": "odd name"}),
        ("c2VjcmV0Cg==", {}),
    ],
)
def test_parts(value: str, expected: dict[str, str]) -> None:
    """Passwords of URLs, leaves of JSON, values of settings."""
    found = parts(value)
    assert sorted(found.values()) == sorted(expected.values())
    if "key_2" not in expected:
        assert set(found) == set(expected)


@given(st.text(max_size=80))
def test_labels_fit_into_the_file(value: str) -> None:
    """Names come out of secrets: what does not fit is left out."""
    assert all(label.isascii() and label.replace("_", "a").isalnum() for label in parts(value))
