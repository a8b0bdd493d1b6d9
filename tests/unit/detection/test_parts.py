"""What is secret in a value that also says other things."""

from __future__ import annotations

import pytest

from dockgate.detection.parts import core, parts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("just-a-token", []),
        ("correct horse battery staple", []),
        ("a=b", ["b"]),
        ("postgres://app:s3c%40ret@db:5432/app", ["s3c@ret"]),
        ("https://example.com/hook", []),
        ("http://[bad", []),
        ("host=db user=app password=x", ["db", "app", "x"]),
        ("Server=db;Password=x;", ["db", "x"]),
        ('{"key": "v", "more": ["a", {"key": "b"}], "n": 1}', ["v", "a", "b"]),
        ('{"key": broken', []),
        ('["odd name", "x"]', ["odd name", "x"]),
        (' {"a": {"b": ["c", null]}}', ["c"]),
        (" a=b; c=d ;", ["b", "d"]),
        ("a=b c", []),
        (" postgres://app:x%20y@h ", ["x y"]),
        ("postgres://app@h", []),
        ("c2VjcmV0Cg==", []),
    ],
)
def test_parts(value: str, expected: list[str]) -> None:
    """Passwords of URLs, leaves of JSON, values of settings."""
    assert sorted(parts(value)) == sorted(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("just-a-token", ["just-a-token"]),
        ("host=db user=app password=x", ["x"]),
        ("postgres://app:s3c@db:5432/app", ["s3c"]),
        ('{"project": "p", "api_key": "k"}', ["k"]),
        ('{"project": "p"}', ["p"]),
        ('{"token": ["a", {"x": "b"}], "y": "c"}', ["a"]),
        ("a=b;PWD=c;d=e", ["c"]),
    ],
)
def test_what_guessing_takes(value: str, expected: list[str]) -> None:
    """Parts whose names tell, else all, else the whole."""
    assert list(core(value)) == expected
