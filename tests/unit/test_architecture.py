"""docs/architecture.md is what the contracts and the packages say."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "dockgate"
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/)|[a-z]+/[a-z_]+)`", PAGE)
ABOUT = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", PAGE, re.MULTILINE))


def layers() -> list[str]:
    """Return the lines of the layers contract, the program itself left out."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = document["tool"]["importlinter"]["contracts"]
    lines: list[str] = next(each["layers"] for each in contracts if each["id"] == "layers")
    return lines[1:]


def test_the_picture_is_the_contract() -> None:
    """Line by line, with who may know its neighbours and who not."""
    picture = next(block for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL) if "detection" in block)
    drawn = [" ".join(line.replace("·", ":").split()) for line in picture.splitlines()]
    assert drawn == layers()


def test_the_table_is_what_the_packages_say_of_themselves() -> None:
    """Ground first, in the words of their docstrings."""
    order = [name for line in reversed(layers()) for name in re.split(r" [|:] ", line)]
    assert list(ABOUT) == order
    for name, about in ABOUT.items():
        file = PACKAGE / name / "__init__.py"
        text = (file if file.is_file() else PACKAGE / f"{name}.py").read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(text)) or ""
        assert about == said.splitlines()[0].removesuffix("."), name


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_exists(name: str) -> None:
    """A module that moved is told where it is now."""
    assert (PACKAGE / name).exists() or (ROOT / name).exists()


def test_files_are_named() -> None:
    """The expression above still finds them."""
    assert {"situation.py", "system/git.py", "env/providers", "stack/startup/", "release/artifact/verify.py"} <= set(
        NAMED
    )
