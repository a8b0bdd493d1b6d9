"""The sizes that keep the package readable: of its modules, of its functions, and of its tests beside it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "dockgate").rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 250, 40  # the longer half of well-kept projects of this kind stays below
FEWEST_TESTS, MOST_TESTS = 1.0, 1.6  # lines of tests for each line of the package


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(source: str) -> list[tuple[str, int]]:
    """Name and length of each function, its decorators not counted."""
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_module_is_longer_than_the_limit() -> None:
    """A longer module is about two things."""
    found = {str(path.relative_to(ROOT)): lines(path) for path in PACKAGE}
    assert found
    assert {name: length for name, length in found.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_the_limit() -> None:
    """Methods and functions inside functions count too."""
    found = [
        (str(path.relative_to(ROOT)), *each) for path in PACKAGE for each in functions(path.read_text(encoding="utf-8"))
    ]
    assert found
    assert [each for each in found if each[-1] > LONGEST_FUNCTION] == []


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_function_is_as_long_as_its_lines(kind: str) -> None:
    """Decorators do not count, a nested function counts for itself and for the one around it."""
    source = f"@one\n@two\n{kind} outer():\n    def inner():\n        pass\n    return inner\n"
    assert functions(source) == [("outer", 4), ("inner", 2)]


def test_tests_are_neither_few_nor_a_burden() -> None:
    """Compare all lines of tests with all lines of the package."""
    tests = sum(map(lines, (ROOT / "tests").rglob("*.py")))
    ratio = tests / sum(map(lines, PACKAGE))
    assert FEWEST_TESTS <= ratio <= MOST_TESTS, f"{ratio:.2f}"
