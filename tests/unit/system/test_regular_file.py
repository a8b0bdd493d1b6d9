"""Only real files are read."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from dockgate.system import regular_file


def test_a_file_is_read(tmp_path: Path) -> None:
    """By way of a link too."""
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "link").symlink_to("file")
    assert regular_file.read(tmp_path / "link") == b"x" * 100_000


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe without a writer, a device without an end, a folder."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="not a regular file") as caught:
            regular_file.read(path)
        assert (caught.value.filename, caught.value.errno) == (str(path), errno.EINVAL)
        assert caught.value.strerror == "not a regular file"
    with pytest.raises(FileNotFoundError):
        regular_file.read(tmp_path / "none")


def test_a_text_names_its_file_and_its_byte(tmp_path: Path) -> None:
    """Where it is no UTF-8; ends of lines are those of this system."""
    (tmp_path / "file").write_bytes(b"a\r\nb\rc\n")
    assert regular_file.text(tmp_path / "file") == "a\nb\nc\n"
    (tmp_path / "file").write_bytes(b"abc\xff")
    with pytest.raises(OSError, match="not UTF-8 at byte 3") as caught:
        regular_file.text(tmp_path / "file")
    assert (caught.value.filename, caught.value.errno) == (str(tmp_path / "file"), errno.EILSEQ)
    with pytest.raises(OSError, match="larger than 2 bytes") as caught:
        regular_file.text(tmp_path / "file", 2)
    assert (caught.value.filename, caught.value.errno) == (str(tmp_path / "file"), errno.EFBIG)


def test_a_read_has_a_bound(tmp_path: Path) -> None:
    """A file of terabytes is not taken into memory; its digest needs none."""
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 2**40)
    with pytest.raises(OSError, match="larger than 67,108,864 bytes"):
        regular_file.read(tmp_path / "huge")
    (tmp_path / "small").write_bytes(b"1234")
    assert regular_file.read(tmp_path / "small", 4) == b"1234"
    with pytest.raises(OSError, match="larger than 3 bytes"):
        regular_file.read(tmp_path / "small", 3)
    assert regular_file.sha256(tmp_path / "small") == hashlib.sha256(b"1234").hexdigest()


def test_text_is_utf8(tmp_path: Path) -> None:
    """The error says where it is not, and is an OSError like every other."""
    (tmp_path / "text").write_bytes("ä\r\nb\n".encode())
    assert regular_file.text(tmp_path / "text") == "ä\nb\n"
    (tmp_path / "latin").write_bytes(b"ab\xe4")
    with pytest.raises(OSError, match="not UTF-8 at byte 2"):
        regular_file.text(tmp_path / "latin")
