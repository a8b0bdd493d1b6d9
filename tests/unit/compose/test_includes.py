"""An included project brings variables along, from env files of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    found = includes.names(tmp_path / "compose.yaml", tmp_path)
    assert found == {"FROM_A", "FROM_X", "ALSO", "FROM_Y", "FROM_C"}


def test_what_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    """Compose complains of it, with the place."""
    write(tmp_path, {"compose.yaml": "include: [gone.yaml, self.yaml]\n", "self.yaml": "include: [self.yaml]\n"})
    assert includes.names(tmp_path / "compose.yaml", tmp_path) == frozenset()
    write(tmp_path, {"compose.yaml": "include: ["})
    assert includes.names(tmp_path / "compose.yaml", tmp_path) == frozenset()
