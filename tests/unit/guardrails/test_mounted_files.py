"""The files that services mount: which of them are looked at, and which are not there."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from dockgate.guardrails import guarded_files
from dockgate.guardrails.evidence import Kind, Skipped
from dockgate.guardrails.guarded_files import Files


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")


def mounting(root: Path, source: str) -> dict[str, Any]:
    return {"services": {"api": {"volumes": [{"type": "bind", "source": str(root / source)}]}}}


def test_mounted_folders_are_read_whole_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the service, as large as data may be; folders of tools are left out."""
    monkeypatch.setattr(guarded_files, "LARGEST", 1)
    write(tmp_path, "app/main.py", "app/sub/x.ini", "app/node_modules/y.js")
    files = Files(tmp_path)
    assert guarded_files.mounted(files, mounting(tmp_path, "app")) == {str(tmp_path / "app")}
    assert [(file.path, file.kind, file.service) for file in files.texts] == [
        ("app/main.py", Kind.MOUNTED, "api"),
        ("app/sub/x.ini", Kind.MOUNTED, "api"),
    ]


def test_mounts_from_outside_the_project_are_read_too(tmp_path: Path) -> None:
    """A folder of the user's, a single file; named by their whole path."""
    with TemporaryDirectory(dir="/var/tmp") as name:
        elsewhere = Path(name)
        write(elsewhere, "aws/credentials", "pw.txt")
        for source in ("aws", "pw.txt"):
            files = Files(tmp_path / "project")
            guarded_files.mounted(files, mounting(elsewhere, source))
            [file] = files.texts
            assert file.path.startswith(str(elsewhere / source))


@pytest.mark.parametrize("source", ["/", "/proc", "/sys/fs/cgroup", "/etc", "/dev/null", "/var/lib/docker", "/tmp"])  # noqa: S108 - named only
def test_the_machines_own_folders_and_devices_are_not_read(tmp_path: Path, source: str) -> None:
    """Monitoring mounts them; they are not the project's, and a device may never end."""
    files = Files(tmp_path)
    guarded_files.mounted(files, mounting(Path("/"), source))
    assert (files.texts, files.unread) == ([], [])
    assert files.skipped == [Skipped(source, "a folder of this machine")] * Path(source).is_dir()


@pytest.mark.parametrize("kind", ["configs", "secrets"])
def test_configs_and_secrets_with_a_file_are_mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Compose mounts them; they are as large as data may be."""
    monkeypatch.setattr(guarded_files, "LARGEST", 1)
    write(tmp_path, "nginx.conf")
    model = {"services": {"web": {kind: [{"source": "it"}]}}, kind: {"it": {"file": str(tmp_path / "nginx.conf")}}}
    files = Files(tmp_path)
    guarded_files.mounted(files, model)
    assert [file.path for file in files.texts] == ["nginx.conf"]


def test_a_volume_that_binds_a_folder_is_a_mount(tmp_path: Path) -> None:
    """The `local` driver with a device is a bind mount by another name."""
    write(tmp_path, "data/a.ini")
    options = {"type": "none", "o": "bind", "device": str(tmp_path / "data")}
    model = {
        "services": {"db": {"volumes": [{"type": "volume", "source": "v"}, {"type": "volume", "source": "w"}]}},
        "volumes": {"v": {"driver_opts": options}, "w": None},
    }
    files = Files(tmp_path)
    guarded_files.mounted(files, model)
    assert [file.path for file in files.texts] == ["data/a.ini"]


def test_a_folder_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system says so while walking, and it must not be taken for an empty folder."""
    write(tmp_path, "app/open.ini", "app/closed/x.ini")
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    files = Files(tmp_path)
    guarded_files.mounted(files, mounting(tmp_path, "app"))
    assert [file.path for file in files.texts] == ["app/open.ini"]
    assert [(hit.location.path, hit.message, hit.service) for hit in files.unread] == [
        ("app/closed", "could not look: this mounted folder cannot be read", "api")
    ]


def test_what_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without permission, too large, or too many."""
    write(tmp_path, "fits")
    (tmp_path / "big").write_text("xx\n")
    monkeypatch.setattr(guarded_files, "LARGEST", 2)
    files = Files(tmp_path)
    for name in ("fits", "big", "gone"):
        files.add(tmp_path / name, Kind.MOUNTED, "web")
    monkeypatch.setattr(guarded_files, "MOST", 1)
    guarded_files.mounted(files, mounting(tmp_path, "."))
    assert [(hit.location.path, hit.message, hit.service) for hit in files.unread] == [
        ("big", "could not look: this mounted file is larger than 2 bytes", "web"),
        ("gone", "could not look: this mounted file cannot be read: No such file or directory", "web"),
        (".", "could not look: a mounted folder of over 1 files", "api"),
    ]
    assert {hit.fix for hit in files.unread} == {"make it readable, or exempt DG000 for this path with a reason"}


def test_folders_of_tools_below_a_mount_are_said(tmp_path: Path) -> None:
    """They are mounted as well, and were not looked into, as an archive that nothing here unpacks."""
    write(tmp_path, "src/app.py", "src/node_modules/x/index.js", "src/.git/config")
    (tmp_path / "src/a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0")
    files = Files(tmp_path)
    guarded_files.mounted(files, mounting(tmp_path, "src"))
    assert [file.path for file in files.texts] == ["src/app.py"]
    assert [each.path for each in files.skipped] == ["src/a.7z", "src/.git", "src/node_modules"]


def test_missing_sources_are_those_that_a_start_does_not_make(tmp_path: Path) -> None:
    """Of bind mounts and of files; a link to nowhere is left alone."""
    write(tmp_path, "here.ini")
    (tmp_path / "link").symlink_to("nowhere")
    model = mounting(tmp_path, "gone")
    for source in ("here.ini", "link"):
        model["services"]["api"]["volumes"] += mounting(tmp_path, source)["services"]["api"]["volumes"]
    model["services"]["api"]["secrets"] = [{"source": "ours"}, {"source": "own"}]
    model["secrets"] = {"ours": {"file": "/run/given/X"}, "own": {"file": f"{tmp_path}/own.txt"}}
    assert guarded_files.missing(model, "/run/given") == {str(tmp_path / "gone"), str(tmp_path / "own.txt")}


def test_a_file_that_several_services_mount_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them has its text, and an exemption of one is not the others'."""
    (tmp_path / "a").write_text("x=1\n")
    files = guarded_files.Files(tmp_path)
    files.add(tmp_path / "a", Kind.MOUNTED, "web")
    monkeypatch.setattr(guarded_files, "inside", lambda *_arguments: pytest.fail("read again"))
    files.add(tmp_path / "a", Kind.MOUNTED, "worker")
    assert [(each.service, each.text) for each in files.texts] == [("web", "x=1\n"), ("worker", "x=1\n")]
