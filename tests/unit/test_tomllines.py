"""Where the tables of a document begin."""

from __future__ import annotations

from dockgate import tomllines


def test_headers() -> None:
    """The first of each name, quoted or indented; not tables of tables or arrays."""
    text = '# [no]\n[A]\nx = 1\n  [ "B" ]\n[A]\n[A.c]\n[[D]]\n'
    assert tomllines.headers(text) == {"A": 2, "B": 4}
