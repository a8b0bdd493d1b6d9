"""What is recorded of a database's volume."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.engine import volumes
from dockgate.secrets import volume_record
from dockgate.secrets.volume_record import Record
from dockgate.system import user_files
from tests.unit.secrets.secretproject import project

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HOST, VOLUME, MADE = "unix:///var/run/docker.sock", "shop-dev_data", "2026-05-04T10:00:00Z"


def test_a_record_is_of_one_volume_of_one_engine(tmp_path: Path) -> None:
    """One that was made again, or on another engine, is not known; the user alone can read it."""
    work = project(tmp_path)
    record = Record(MADE, "2026-05-04", {"password": volume_record.digest(work, "password", "first")})
    volume_record.write(work, HOST, VOLUME, record)
    assert volume_record.read(work, HOST, VOLUME, MADE) == record
    assert volume_record.read(work, HOST, VOLUME, "2026-05-05T10:00:00Z") is None
    assert volume_record.read(work, "tcp://other:2376", VOLUME, MADE) is None
    [file] = (tmp_path / "homes/alice/.config/dockgate/volumes").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"first" not in file.read_bytes()
    assert file.name == hashlib.sha256(f"{HOST}\0{VOLUME}".encode()).hexdigest()[:24] + ".json"
    key = user_files.machine_key(work.process)
    known = hashlib.blake2b(b"password\0first", key=key, digest_size=16, person=b"dockgate-volume").hexdigest()
    assert record.settings == {"password": known}


def test_what_a_database_learned_is_noted_where_it_is_known(tmp_path: Path) -> None:
    """A volume that is not recorded stays so: nothing is known of its other settings."""
    work = project(tmp_path)
    volume_record.learned(work, HOST, VOLUME, MADE, {"password": "new"})
    assert volume_record.read(work, HOST, VOLUME, MADE) is None
    volume_record.write(work, HOST, VOLUME, Record(MADE, "2026-05-04", {"password": "old", "user": "ada"}))
    volume_record.learned(work, HOST, VOLUME, MADE, {"password": "new"})
    found = volume_record.read(work, HOST, VOLUME, MADE)
    assert found
    assert found.settings == {"password": "new", "user": "ada"}


def test_a_line_end_is_no_part_of_a_password(tmp_path: Path) -> None:
    """Entrypoints read a file without it."""
    work = project(tmp_path)
    assert volume_record.digest(work, "password", "x\n") == volume_record.digest(work, "password", "x")


def test_a_folder_counts_once_it_has_content(tmp_path: Path) -> None:
    """An empty one is initialised at the next start; a user without a home has no records."""

    class Nothing:
        pass

    wire: object = Nothing()
    folder = tmp_path / "data"
    assert volume_record.created(wire, str(folder)) == ""  # type: ignore[arg-type]  # it is not asked for a folder
    folder.mkdir()
    assert volume_record.created(wire, str(folder)) == ""  # type: ignore[arg-type]  # as above
    (folder / "file").touch()
    status = folder.stat()
    made = volume_record.created(wire, str(folder))  # type: ignore[arg-type]  # as above
    assert made == f"{status.st_dev}:{status.st_ino}"
    assert volume_record.created(wire, "") == ""  # type: ignore[arg-type]  # as above


def test_a_volume_was_made_when_the_engine_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "created", lambda wire, volume: f"{wire} {volume}")
    wire: Any = "wire"
    assert volume_record.created(wire, "data") == "wire data"


def test_a_record_of_another_version_is_none(tmp_path: Path) -> None:
    """The next start that succeeds writes it anew."""
    work = project(tmp_path)
    volume_record.write(work, HOST, VOLUME, Record(MADE, "2026-05-04", {}))
    [file] = (tmp_path / "homes/alice/.config/dockgate/volumes").iterdir()
    file.write_text('{"made": 1}')
    assert volume_record.read(work, HOST, VOLUME, MADE) is None


def test_a_user_without_a_home_has_no_records(tmp_path: Path) -> None:
    """And a start works as without one."""
    work = replace(project(tmp_path), process={})
    volume_record.write(work, HOST, VOLUME, Record(MADE, "2026-05-04", {}))
    assert volume_record.read(work, HOST, VOLUME, MADE) is None
