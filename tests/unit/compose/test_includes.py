"""An included project brings variables along, from env files of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.compose import includes

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_env_files_of_includes_in_every_spelling(tmp_path: Path) -> None:
    """The `.env` beside the included file, a named one, several, and those of includes within includes."""
    files = {
        "compose.yaml": "include:\n  - a/compose.yaml\n  - {path: [b/one.yaml], env_file: [b/x.env, b/y.env]}\n",
        "a/compose.yaml": '"include": [../c/compose.yaml]\nservices: {}\n',
        "a/.env": "FROM_A=1\n",
        "b/one.yaml": "services: {}\n",
        "b/.env": "UNUSED=1\n",
        "b/x.env": "FROM_X=1\nexport ALSO=2\n",
        "b/y.env": "FROM_Y=1\n",
        "c/compose.yaml": "services: {}\n",
        "c/.env": "FROM_C=1\n",
    }
    write(tmp_path, files)
    found = includes.names([tmp_path / "compose.yaml"], tmp_path, {})
    assert found == {"FROM_A", "FROM_X", "ALSO", "FROM_Y", "FROM_C"}


def test_what_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    """Compose complains of it, with the place."""
    write(tmp_path, {"compose.yaml": "include: [gone.yaml, self.yaml]\n", "self.yaml": "include: [self.yaml]\n"})
    assert includes.names([tmp_path / "compose.yaml"], tmp_path, {}) == frozenset()
    write(tmp_path, {"compose.yaml": "include: ["})
    assert includes.names([tmp_path / "compose.yaml"], tmp_path, {}) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "include: [a.yaml]\n",
        "include : [a.yaml]\n",
        '"include": [a.yaml]\n',
        "? include\n: [a.yaml]\n",
        "services: {a: {extends: {service: b}}}\n",
        "services: {a: {'env_file': x.env}}\n",
        "x-a: &a\n  label_file: x\nservices: {a: *a}\n",
        "services: [",
        "services: {}\n---\ninclude: [a.yaml]\n",
    ],
)
def test_files_that_read_more_are_known_in_every_spelling(text: str) -> None:
    """As Compose reads them, not by a substring; what is no YAML may do anything."""
    assert includes.reads_more(text)


def test_a_file_that_only_mentions_them_reads_no_more() -> None:
    """In a comment, a value, or a longer name."""
    assert not includes.reads_more("a: &a {b: *a}\nc: &c [*c]\n")
    assert not includes.reads_more("services: {}\n---\nservices: {}\n")
    assert not includes.reads_more("# include: x\nservices: {a: {environment: {X: 'env_file: y'}, x_include: 1}}\n")
