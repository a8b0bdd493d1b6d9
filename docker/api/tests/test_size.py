"""The application stays small: what it protects is not what this repository is about."""

import ast
from collections.abc import Iterator
from pathlib import Path

APPLICATION = Path(__file__).resolve().parents[1] / "app/dockyard"
LIMIT = 1200


def code_lines(text: str) -> Iterator[str]:
    """Go through the lines that are neither blank nor comment nor docstring."""
    prose: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            prose.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    for number, line in enumerate(text.splitlines(), 1):
        if number not in prose and line.strip() and not line.strip().startswith("#"):
            yield line


def test_the_application_is_at_most_1200_lines_of_code() -> None:
    total = sum(len(list(code_lines(file.read_text(encoding="utf-8")))) for file in APPLICATION.rglob("*.py"))
    assert 0 < total <= LIMIT


def test_prose_is_not_counted() -> None:
    text = '"""Docstring."""\n\n# comment\ndef f():\n    """More,\n    of it."""\n    return 1\n'
    assert list(code_lines(text)) == ["def f():", "    return 1"]
