"""What is installed decides what runs: the extras of pyproject.toml, and what is said where one is missing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.errors import MissingToolError
from dockgate.system import extras

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
# Only tasks that name the extra get here: tests/integration/test_install.py runs them without it.
OPTIONAL = {"dockgate/scan/": "release", "dockgate/images/hadolint.py": "lint"}


def declared() -> dict[str, set[str]]:
    """Return the distributions of each extra, those of the package itself under an empty name."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {_normal(re.split(r"[<>=;\[ ]", each)[0]) for each in names} for extra, names in lists.items()}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(path: Path) -> Iterator[str]:
    """Iterate over the packages that a module imports as it runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    skipped = {id(inner) for node in typing for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_every_import_is_declared_where_it_is_used() -> None:
    """What an extra brings is imported only where its tasks lead."""
    known, lists = packages_distributions(), declared()
    undeclared = []
    for path in sorted((ROOT / "dockgate").rglob("*.py")):
        shown = path.relative_to(ROOT).as_posix()
        extra = next((extra for start, extra in OPTIONAL.items() if shown.startswith(start)), "")
        allowed = lists[""] | lists[extra]
        used = {*imports(path)} - sys.stdlib_module_names - {"dockgate"}
        wrong = (name for name in used if not {_normal(each) for each in known.get(name, [name])} & allowed)
        undeclared += [f"{shown}: {name}" for name in sorted(wrong)]
    assert undeclared == []


def test_extras_are_those_of_the_project() -> None:
    """Each distribution of an extra has its module in the table; `all` has every extra."""
    known, lists = packages_distributions(), declared()
    found = {extra: {_normal(known[name][0]) for name in names} for extra, names in extras.MODULES.items()}
    assert found == {extra: lists[extra] for extra in extras.MODULES}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"]["all"] == [f"dockgate[{','.join(sorted(extras.MODULES))}]"]


def test_what_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it at once, and the exit code of a missing tool."""
    extras.need(extras.MODULES)
    monkeypatch.setattr(extras, "MODULES", {"a": ("no_such_a",), "b": ("json", "no_such_b"), "c": ("json",)})
    with pytest.raises(MissingToolError) as caught:
        extras.need(["b", "a", "c"])
    assert (caught.value.code, caught.value.what) == (4, "not installed: no_such_a, no_such_b")
    assert caught.value.fix == "install the extra: pip install 'dockgate[a,b]'"
