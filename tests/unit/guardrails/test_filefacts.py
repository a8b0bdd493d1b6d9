from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.guardrails import filefacts
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.filefacts import Files
from tests.guardrails.scenes import environment

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")


def mounting(root: Path, source: str) -> dict[str, Any]:
    return {"services": {"api": {"volumes": [{"type": "bind", "source": str(root / source)}]}}}


def test_layers_of_an_environment_with_their_modes(tmp_path: Path) -> None:
    """The local one only where it is."""
    write(tmp_path, "env/base.env", "env/dev.env")
    (tmp_path / "env/dev.env").chmod(0o640)
    files = Files(tmp_path)
    filefacts.layers(files, environment("dev"))
    assert [(file.path, file.mode) for file in files.texts] == [("env/base.env", 0o644), ("env/dev.env", 0o640)]


def test_mounted_folders_are_read_whole_and_named(tmp_path: Path) -> None:
    """With the service; folders of tools are left out."""
    write(tmp_path, "app/main.py", "app/sub/x.ini", "app/node_modules/y.js")
    files = Files(tmp_path)
    assert filefacts.mounted(files, mounting(tmp_path, "app")) == {str(tmp_path / "app")}
    assert [(file.path, file.kind, file.service) for file in files.texts] == [
        ("app/main.py", Kind.MOUNTED, "api"),
        ("app/sub/x.ini", Kind.MOUNTED, "api"),
    ]


def test_mounts_from_elsewhere_are_not_read(tmp_path: Path) -> None:
    """`/etc` is not the project's."""
    files = Files(tmp_path / "project")
    filefacts.mounted(files, mounting(tmp_path, "other"))
    assert (files.texts, files.unread) == ([], [])


def test_configs_with_a_file_are_mounts(tmp_path: Path) -> None:
    """Compose mounts them."""
    write(tmp_path, "nginx.conf")
    model = {
        "services": {"web": {"configs": [{"source": "conf"}]}},
        "configs": {"conf": {"file": str(tmp_path / "nginx.conf")}},
    }
    files = Files(tmp_path)
    filefacts.mounted(files, model)
    assert [file.path for file in files.texts] == ["nginx.conf"]


def test_what_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without permission, too large, or too many."""
    write(tmp_path, "big", "secret")
    monkeypatch.setattr(filefacts, "LARGEST", 1)
    files = Files(tmp_path)
    files.add(tmp_path / "big", Kind.MOUNTED)
    files.add(tmp_path / "gone", Kind.MOUNTED)
    monkeypatch.setattr(filefacts, "MOST", 1)
    filefacts.mounted(files, mounting(tmp_path, "."))
    assert len([hit for hit in files.unread if "could not look" in hit.message]) == 4
    assert all(hit.fix for hit in files.unread)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    """It might hold anything."""
    write(tmp_path, "secret")
    (tmp_path / "secret").chmod(0)
    files = Files(tmp_path)
    files.add(tmp_path / "secret", Kind.MOUNTED)
    assert len(files.unread) == 1


def test_binary_files_have_no_lines(tmp_path: Path) -> None:
    """An image or an archive is not text, and not an error."""
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\0\0")
    files = Files(tmp_path)
    files.add(tmp_path / "logo.png", Kind.MOUNTED)
    assert (files.texts, files.unread) == ([], [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Dockerfile", True), ("Dockerfile.dev", True), ("api.Dockerfile", True), ("Containerfile", True),
     ("Dockerfile.dockerignore", False), ("dockerfile.py", False), ("README", False)],
)  # fmt: skip
def test_names_of_dockerfiles(name: str, *, expected: bool) -> None:
    """As BuildKit and Podman use them."""
    assert filefacts.is_dockerfile(name) is expected


def test_dockerfiles_and_compose_files_of_the_repository(tmp_path: Path) -> None:
    """Wherever a Dockerfile is."""
    write(tmp_path, "docker/api/Dockerfile", ".venv/x/Dockerfile", "compose/base.yaml")
    files = Files(tmp_path)
    filefacts.committed(files, ("compose/base.yaml", "compose/base.yaml", "compose/none.yaml"))
    assert [(file.path, file.kind) for file in files.texts] == [
        ("docker/api/Dockerfile", Kind.DOCKERFILE),
        ("compose/base.yaml", Kind.COMMITTED),
    ]


def test_the_index_as_files() -> None:
    """Dockerfiles as such, binary files not at all."""
    found = filefacts.of_index({"a/Dockerfile": b"FROM x", "b.txt": b"x", "c.bin": b"\0"})
    assert [(file.path, file.kind) for file in found] == [("a/Dockerfile", Kind.DOCKERFILE), ("b.txt", Kind.COMMITTED)]
