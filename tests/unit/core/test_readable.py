"""Bytes of others."""

from __future__ import annotations

from dockgate.core.readable import readable


def test_what_is_no_text_is_replaced() -> None:
    assert readable("Größe €".encode()) == "Größe €"
    assert readable(b"a\xffb\r\n") == "a\ufffdb\r\n"
