"""Which files are looked at as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.guardrails import guarded_files
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.guarded_files import Files
from tests.guardrails.scenes import environment
from tests.unit.guardrails.test_guarded_files import write

if TYPE_CHECKING:
    from pathlib import Path


def test_stray_env_files_are_those_of_no_layer(tmp_path: Path) -> None:
    """Which are looked at as such; a folder, and one that is not there, are none."""
    write(tmp_path, ".env", "env/dev.env", "env/dev.local.env")
    (tmp_path / "x.env").mkdir()
    files = Files(tmp_path)
    guarded_files.stray(files, [".env", "env/dev.env", "env/dev.local.env", "x.env", "gone.env"], environment("dev"))
    assert [(file.path, file.kind) for file in files.texts] == [(".env", Kind.STRAY)]


def test_what_images_are_made_of_and_what_git_tracks(tmp_path: Path) -> None:
    """In order; links hold no text of their own, Dockerfiles are looked at as such."""
    write(tmp_path, "b.txt", "a.txt", "Dockerfile")
    (tmp_path / "link").symlink_to("a.txt")
    files, every = Files(tmp_path), ["b.txt", "link", "a.txt", "Dockerfile", "gone"]
    guarded_files.tracked(files, every)
    guarded_files.copied(files, [tmp_path / name for name in ("b.txt", "Dockerfile")])
    assert [(file.path, file.kind) for file in files.texts] == [
        ("Dockerfile", Kind.DOCKERFILE),
        ("a.txt", Kind.COMMITTED),
        ("b.txt", Kind.COMMITTED),
        ("b.txt", Kind.COPIED),
    ]
