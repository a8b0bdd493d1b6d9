from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from dockgate.compose.sources import Role, Sources
from dockgate.guardrails import guarded_files
from dockgate.guardrails.evidence import Kind, Skipped
from dockgate.guardrails.guarded_files import Files
from tests.guardrails.scenes import environment

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")


def test_layers_of_an_environment_with_their_modes(tmp_path: Path) -> None:
    """The local one only where it is."""
    write(tmp_path, "env/base.env", "env/dev.env")
    (tmp_path / "env/dev.env").chmod(0o640)
    files = Files(tmp_path)
    guarded_files.layers(files, environment("dev"))
    assert [(file.path, file.mode) for file in files.texts] == [("env/base.env", 0o644), ("env/dev.env", 0o640)]


def test_utf_16_is_text_and_a_large_binary_file_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor on Windows saves the one; the other has no lines to look at, whatever its size."""
    monkeypatch.setattr(guarded_files, "LARGEST", 50)
    (tmp_path / "a.ini").write_bytes("key=x\n".encode("utf-16"))
    (tmp_path / "big.png").write_bytes(b"\x89PNG\0" * 100)
    files = Files(tmp_path)
    for name in ("a.ini", "big.png"):
        files.add(tmp_path / name, Kind.MOUNTED)
    assert [(file.path, file.text) for file in files.texts] == [("a.ini", "key=x\n")]
    assert files.unread == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    """It might hold anything."""
    write(tmp_path, "secret")
    (tmp_path / "secret").chmod(0)
    files = Files(tmp_path)
    files.add(tmp_path / "secret", Kind.MOUNTED)
    assert len(files.unread) == 1


def test_of_a_binary_file_what_is_printable_is_looked_at(tmp_path: Path) -> None:
    """An archive has members; a picture has hardly anything, and is no error."""
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\0\0short\0" + b"a key of twelve\0")
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"A=b\n"))
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0")
    files = Files(tmp_path)
    for name in ("logo.png", "a.gz", "a.7z"):
        files.add(tmp_path / name, Kind.MOUNTED)
    assert [(file.path, file.text, file.binary) for file in files.texts] == [
        ("logo.png", "a key of twelve", True),
        ("a.gz", "A=b\n", False),
    ]
    assert files.skipped == [Skipped("a.7z", "7-Zip is not unpacked")]
    assert files.unread == []


def test_a_large_binary_file_is_looked_at_up_to_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is said, not refused: databases are large."""
    monkeypatch.setattr(guarded_files, "LARGEST_BUNDLE", 100)
    (tmp_path / "data.db").write_bytes(b"\0in the first bytes\0" + b"\0" * 100 + b"after the bound of it")
    files = Files(tmp_path)
    files.add(tmp_path / "data.db", Kind.COPIED)
    assert [file.text for file in files.texts] == ["in the first bytes"]
    assert files.skipped == [Skipped("data.db", "larger than 100 bytes: the rest of it")]


def test_dockerfiles_and_compose_files_of_the_repository(tmp_path: Path) -> None:
    """Wherever a Dockerfile is and whatever it is called, and the files that Compose files name."""
    write(tmp_path, "docker/api/Dockerfile", ".venv/x/Dockerfile", "compose/base.yaml", "docker/api.build", "a.labels")
    files, read = Files(tmp_path), Sources()
    roles = {"compose/base.yaml": Role.COMPOSE, "compose/none.yaml": Role.COMPOSE, "a.labels": Role.LABELS}
    roles |= {"docker/api.build": Role.DOCKERFILE, "docker/api/Dockerfile": Role.DOCKERFILE, "x.env": Role.VARIABLES}
    read.local = {tmp_path / name: role for name, role in roles.items()}
    guarded_files.committed(files, (read, read))
    assert [(file.path, file.kind) for file in files.texts] == [
        ("docker/api/Dockerfile", Kind.DOCKERFILE),
        ("docker/api.build", Kind.DOCKERFILE),
        ("compose/base.yaml", Kind.COMMITTED),
        ("a.labels", Kind.COMMITTED),
    ]


def test_the_index_as_files() -> None:
    """Dockerfiles as such, binary files not at all."""
    found = guarded_files.of_index({"a/Dockerfile": b"FROM x", "b.txt": b"x", "c.bin": b"\0"})
    assert [(file.path, file.kind) for file in found.texts] == [
        ("a/Dockerfile", Kind.DOCKERFILE),
        ("b.txt", Kind.COMMITTED),
    ]


def test_stray_env_files_are_those_of_no_layer(tmp_path: Path) -> None:
    """Which are looked at as such; a folder, and one that is not there, are none."""
    write(tmp_path, ".env", "env/dev.env", "env/dev.local.env")
    (tmp_path / "x.env").mkdir()
    files = Files(tmp_path)
    guarded_files.stray(files, [".env", "env/dev.env", "env/dev.local.env", "x.env", "gone.env"], environment("dev"))
    assert [(file.path, file.kind) for file in files.texts] == [(".env", Kind.STRAY)]


def test_what_images_are_made_of_and_what_git_tracks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, as large as data may be; links hold no text of their own, Dockerfiles are looked at as such."""
    write(tmp_path, "b.txt", "a.txt", "Dockerfile")
    (tmp_path / "link").symlink_to("a.txt")
    monkeypatch.setattr(guarded_files, "LARGEST", 1)
    files, every = Files(tmp_path), ["b.txt", "link", "a.txt", "Dockerfile", "gone"]
    guarded_files.tracked(files, every)
    guarded_files.copied(files, [tmp_path / name for name in ("b.txt", "Dockerfile")])
    assert [(file.path, file.kind) for file in files.texts] == [
        ("Dockerfile", Kind.DOCKERFILE),
        ("a.txt", Kind.COMMITTED),
        ("b.txt", Kind.COMMITTED),
        ("b.txt", Kind.COPIED),
    ]
