"""The sizes that keep the package readable: of its modules, of its functions, and of its tests beside it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "dockgate").rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 250, 40  # the longer half of well-kept projects of this kind stays below
FEWEST_TESTS, MOST_TESTS = 1.0, 1.6  # lines of tests for each line of the package
SHIPPED = [*PACKAGE, *sorted((ROOT / "docker/api/app").rglob("*.py"))]


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


def is_number(node: ast.expr) -> bool:
    """Whether an expression is a number, several, or is made of numbers alone."""
    match node:
        case ast.Constant():
            return isinstance(node.value, int | float) and not isinstance(node.value, bool)
        case ast.UnaryOp():
            return is_number(node.operand)
        case ast.BinOp():
            return is_number(node.left) and is_number(node.right)
        case ast.Tuple():
            return all(map(is_number, node.elts))
        case ast.Call():  # `timedelta(days=14)`
            given = [*node.args, *(each.value for each in node.keywords)]
            return bool(given) and all(map(is_number, given))
    return False


def unexplained(source: str) -> list[str]:
    """Return the lines of numeric constants without a comment: behind them, or above them and those before them."""
    lines = source.splitlines()
    found = []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign) or not is_number(node.value):
            continue
        if not ast.unparse(node.targets[0]).replace("_", "").strip("()").replace(", ", "").isupper():
            continue
        above = node.lineno - 1
        while above and lines[above - 1].strip() and not lines[above - 1].startswith(("#", " ")):
            above -= 1
        block = above and lines[above - 1].startswith("#")
        if "#" not in lines[node.lineno - 1] and not block:
            found.append(lines[node.lineno - 1])
    return found


def test_every_number_that_decides_something_says_where_it_comes_from() -> None:
    """Measured, out of a document, or chosen, and why: without that, no change of it can be judged."""
    found = {str(path.relative_to(ROOT)): unexplained(path.read_text(encoding="utf-8")) for path in SHIPPED}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    ("source", "without"),
    [
        ("A = 1", 1),
        ("A = 1  # chosen", 0),
        ("# Chosen.\nA = 1\nB = 2.5", 0),
        ("# Chosen.\nA = 1\n\nB = timedelta(days=2)", 1),
        ("A, B = 2**4, -1", 1),
        ('A = "1"\nb = 1\nB = (A, 1)', 0),
    ],
)
def test_a_comment_explains_the_numbers_below_it(source: str, without: int) -> None:
    """Up to the next blank line."""
    assert len(unexplained(source)) == without
