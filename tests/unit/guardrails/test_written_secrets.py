"""Secrets that env files state, wherever a text has them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from dockgate.core.location import Location
from dockgate.guardrails.written_secrets import Finder, Stated

STRONG = 'q7Vw/ZkT"mXc4 LhB8nRf1'
WEAK = "monkey77"
FINDER = Finder([Stated("prod", "KEY", STRONG, Location("a")), Stated("prod", "PW", WEAK, Location("b"))])


def found(text: str, path: str = "x.env") -> list[tuple[int, str]]:
    return [(each.line, each.secret.name) for each in FINDER.find(text, path)]


@pytest.mark.parametrize(
    "form",
    [
        STRONG, quote(STRONG, safe=""), json.dumps(STRONG)[1:-1], STRONG.encode().hex(),
        base64.b64encode(STRONG.encode()).decode().rstrip("="),
        base64.b64encode(f"{STRONG}\n".encode()).decode().rstrip("="),
    ],
)  # fmt: skip
def test_a_strong_one_is_found_in_every_form(form: str) -> None:
    """Once, at its first line, and not inside another word."""
    assert found(f"a: 1\nb: {form}\nc: {form}\n") == [(2, "KEY")]
    assert found(f"x{form}") == found(f"{form}x") == []


@pytest.mark.parametrize("text", ["PASSWORD={}", "\nPASSWORD={}\n", "A=1\nPASSWORD={}\nB=2", "PASSWORD={}\n"])
def test_a_weak_one_counts_where_its_line_assigns_it(text: str) -> None:
    """At the beginning of a text, at its end, and between other lines."""
    assert found(text.format(WEAK)) == [(text.partition("{")[0].count("\n") + 1, "PW")]
    assert found(text.format(WEAK).replace("PASSWORD=", "we have a ")) == []


def test_without_secrets_nothing_is_found() -> None:
    assert [*Finder([]).find("PASSWORD=\n\nx", "x.env")] == []
