"""Bytes of others as a text that can be shown: nothing obliges a program or a file to be UTF-8."""

from __future__ import annotations


def readable(data: bytes) -> str:
    """Return the text; what is no UTF-8 in it is replaced, and so seen."""
    return data.decode(errors="replace")
