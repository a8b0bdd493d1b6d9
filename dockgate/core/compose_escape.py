"""The one escape of Compose files: `$$` stands for `$`."""

from __future__ import annotations


def escape(value: str) -> str:
    """Return a value as Compose writes it where it would read a reference."""
    return value.replace("$", "$$")


def unescape(value: str) -> str:
    """Return the value that Compose's text stands for."""
    return value.replace("$$", "$")
