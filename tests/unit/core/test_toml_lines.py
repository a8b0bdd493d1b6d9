"""Where the tables of a document begin, and their keys."""

from __future__ import annotations

from dockgate.core import toml_lines


def test_headers() -> None:
    """The first of each name, quoted or indented, also of a table in it; no arrays."""
    text = '# [no]\n[A]\nx = 1\n  [ "B" ]\n[A]\n[A.c]\n[[D]]\n[E.f]\n'
    assert toml_lines.headers(text) == {"A": 2, "B": 4, "E": 8}


def test_keys_of_one_table() -> None:
    """From its header to the next one; of the document itself in front of all headers."""
    text = 'top = 1\n[A]\nx = 1\n# y = 2\n"z" = 3\nv.w = 4\n[B]\nx = 5\n'
    assert toml_lines.keys(text, 0) == {"top": 1}
    assert toml_lines.keys(text, 2) == {"x": 3, "z": 5, "v": 6}
    assert toml_lines.keys(text, 7) == {"x": 8}
