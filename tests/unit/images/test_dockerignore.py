"""`.dockerignore` as BuildKit reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.images import dockerignore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("patterns", "path", "ignored"),
    [
        ("node_modules", "node_modules/a/b.js", True),
        ("node_modules", "src/node_modules/b.js", False),
        ("**/node_modules", "src/node_modules/b.js", True),
        ("**/*.pyc", "a/b/c.pyc", True),
        ("**/*.pyc", "c.pyc", True),
        ("*.pyc", "a/c.pyc", False),
        ("*.pyc", "c.pyc", True),
        ("/a/?.txt", "a/b.txt", True),
        ("/a/?.txt", "a/bb.txt", False),
        ("[ab].txt", "b.txt", True),
        ("[ab].txt", "c.txt", False),
        ("a.txt", "abtxt", False),
        ("*\n!app", "app/main.py", False),
        ("*\n!app", "tests/x.py", True),
        ("*\n!app\napp/cache", "app/cache/x", True),
        ("docs/**", "docs/a/b.md", True),
        ("# a comment\n\n  build  ", "build", True),
        ("!only", "only", False),
        ("./dist/", "dist/x", True),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: str, path: str, ignored: bool) -> None:  # noqa: FBT001 - a table
    assert dockerignore.parse(patterns)(path) is ignored


def test_a_context_without_the_file_ignores_nothing(tmp_path: Path) -> None:
    assert not dockerignore.read(tmp_path)("anything")
