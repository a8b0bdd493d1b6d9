"""Secrets are taken out of documents before they are printed."""

from __future__ import annotations

from dockgate.masking import masked
from dockgate.secret import MASK, Secret


def test_masks_wherever_a_value_stands() -> None:
    """In nested values, inside longer ones, and with the dollars doubled as Compose writes them."""
    document = {"a": ["x", {"b": "url://user:pa$$word@host"}], "c": "pa$word", "d": 3}
    assert masked(document, [Secret("pa$word")]) == {"a": ["x", {"b": f"url://user:{MASK}@host"}], "c": MASK, "d": 3}


def test_longer_values_go_first() -> None:
    """A secret that begins with another leaves no tail behind."""
    assert masked("abcdefgh", [Secret("abcd"), Secret("abcdefgh")]) == MASK


def test_very_short_values_are_left() -> None:
    """They would be found in every other word."""
    assert masked("banana", [Secret("a")]) == "banana"
