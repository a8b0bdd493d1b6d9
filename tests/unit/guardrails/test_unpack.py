"""Texts in archives and binary files: every format that is opened, the bounds, and what is said of the rest."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from dockgate.guardrails import database_rows, unpack

if TYPE_CHECKING:
    from pathlib import Path

WANTED = "POSTGRES_PASSWORD=a value that is looked for"


def tar(**members: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def read(data: bytes) -> tuple[list[unpack.Inside], list[tuple[str, str]]]:
    said: list[tuple[str, str]] = []
    return list(unpack.texts(data, lambda name, reason: said.append((name, reason)))), said


TEXT = WANTED.encode()
OPENED = {
    "text": (TEXT, ""),
    "UTF-16": (WANTED.encode("utf-16"), ""),
    "gzip": (gzip.compress(TEXT), ""),
    "two gzip streams": (gzip.compress(b"x") + gzip.compress(TEXT), ""),
    "bzip2": (bz2.compress(TEXT), ""),
    "xz": (lzma.compress(TEXT), ""),
    "tar": (tar(a=b"x", env=TEXT), "env"),
    "tar.gz": (gzip.compress(tar(env=TEXT)), "env"),
    "tar.xz": (lzma.compress(tar(env=TEXT)), "env"),
    "zip": (zipped(env=TEXT), "env"),
    "zip in tar.gz": (gzip.compress(tar(inner=zipped(env=TEXT))), "inner!env"),
    "gzip in zip": (zipped(dump=gzip.compress(TEXT)), "dump"),
    "a program": (b"\x7fELF\0\0\1" + TEXT + b"\0\xff", ""),
    "a program of Windows": (b"MZ\0\0" + WANTED.encode("utf-16-le") + b"\0\xff", ""),
}


@pytest.mark.parametrize("kind", OPENED)
def test_formats_that_are_opened(kind: str) -> None:
    """With the name of the member."""
    data, member = OPENED[kind]
    found, said = read(data)
    assert [each.name for each in found if WANTED in each.text] == [member]
    assert said == []


def test_rows_of_a_database_and_what_is_left_of_deleted_ones(tmp_path: Path) -> None:
    """Columns by name, in whatever journal mode; a deleted row is still in the file."""
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE settings (name TEXT, api_key TEXT, number INTEGER)")
        database.execute('CREATE TABLE "odd "" name" (x BLOB)')
        database.executemany(
            "INSERT INTO settings VALUES (?, ?, 1)", [("a", "first value"), ("b", "deleted, yet there")]
        )
        database.execute("DELETE FROM settings WHERE name = 'b'")
    database.close()
    data = bytearray(path.read_bytes())
    for versions in (b"\1\1", b"\2\2"):
        data[database_rows.WAL] = versions
        (raw, rows), said = read(bytes(data))
        assert raw.binary
        assert "deleted, yet there" in raw.text
        assert (rows.text, rows.binary, said) == ("name=a\napi_key=first value", False, [])


def test_rows_of_all_tables_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Together, in the order of the tables; other columns than texts are none."""
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as database:
        for table in ("a", "b"):
            database.execute(f"CREATE TABLE {table} (name TEXT, size INTEGER)")
            database.executemany(f"INSERT INTO {table} VALUES (?, 7)", [(f"{table}{number}",) for number in range(3)])  # noqa: S608 - two letters
    database.close()
    for most, rows in ((100, "a0 a1 a2 b0 b1 b2"), (4, "a0 a1 a2 b0"), (3, "a0 a1 a2")):
        monkeypatch.setattr(database_rows, "ROWS", most)
        assert database_rows.text(path.read_bytes()) == "\n".join(f"name={row}" for row in rows.split())


def test_a_damaged_database_is_looked_at_as_bytes() -> None:
    """Rows are read where SQLite opens it."""
    (raw, rows), _ = read(database_rows.MAGIC + b"\0" * 100 + TEXT)
    assert (WANTED in raw.text, rows.text) == (True, "")


CLOSED = {
    "zstd": (b"\x28\xb5\x2f\xfd\0", "", "zstd is not unpacked"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0", "", "7-Zip is not unpacked"),
    "rar in zip": (zipped(a=b"Rar!\x1a\x07\0"), "a", "RAR is not unpacked"),
    "damaged gzip": (gzip.compress(TEXT)[:-12], "", "damaged"),
    "damaged xz": (lzma.compress(TEXT)[:20] + b"xxxx", "", "damaged"),
    "damaged zip": (zipped(a=TEXT)[:-10], "", "damaged"),
    "damaged tar": (tar(a=TEXT * 100)[:600], "", "damaged"),
}


@pytest.mark.parametrize("kind", CLOSED)
def test_what_is_not_looked_into_is_said(kind: str) -> None:
    """With the member, and the reason."""
    data, member, reason = CLOSED[kind]
    _, said = read(data)
    assert [(name, text.partition(":")[0][: len(reason)]) for name, text in said] == [(member, reason)]


def test_an_encrypted_member_is_said() -> None:
    """The flag in its header, as other programs set it."""
    data = bytearray(zipped(a=b"x"))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    assert read(bytes(data)) == ([], [("a", "encrypted")])


def test_the_bounds_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, members, and archives inside each other."""
    monkeypatch.setattr(unpack, "LARGEST", 1000)
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        found, said = read(pack(b"x" * 10_000))
        assert (len(found[0].text), said) == (1001, [("", "unpacked, more than 1,000 bytes: the rest of it")])
        assert read(pack(b"x" * 1000))[1] == []
    assert read(zipped(a=b"x" * 500, b=b"y" * 500))[1] == []
    assert read(zipped(a=b"x" * 900, b=b"x" * 900))[1][0][1].endswith("from b on")
    monkeypatch.setattr(unpack, "MEMBERS", 2)
    found, said = read(tar(a=b"1", b=b"2", c=b"3"))
    assert ([each.name for each in found], said[0][1].endswith("from c on")) == (["a", "b"], True)
    deep = TEXT
    for _ in range(unpack.DEEPEST + 2):
        deep = zipped(a=deep)
    assert read(deep)[1] == [("a!a!a!a", "more than 3 archives inside each other")]


@pytest.mark.parametrize("data", [b"a \xff b", b"\xff\xfea\0 \0\xff\xdf \0b\0"])
def test_bytes_that_are_no_text_leave_the_rest(data: bytes) -> None:
    """One such character in a file hides nothing around it."""
    [inside], said = read(data)
    assert (inside.text[0], inside.text[-1], inside.binary, said) == ("a", "b", False, [])


def test_a_binary_file_is_one_by_its_head() -> None:
    """A NUL where git looks for one; behind it the file is a text."""
    head = b"x" * (unpack.BINARY_HEAD - 1)
    assert [each.binary for each in read(head + b"\0")[0]] == [True]
    assert [each.binary for each in read(head + b"y\0")[0]] == [False]


@pytest.mark.parametrize(("length", "found"), [(11, []), (12, ["x" * 12])])
def test_stretches_of_a_binary_file(length: int, found: list[str]) -> None:
    """Twelve characters, narrow or wide; each on a line."""
    for text in (b"x" * length, ("x" * length).encode("utf-16-le")):
        assert [each.text for each in read(b"\0\1" + text + b"\0\1")[0]] == found
    both = b"\0" + b"x" * 12 + b"\0\1" + b"y" * 12
    assert [each.text for each in read(both)[0]] == [f"{'x' * 12}\n{'y' * 12}"]


def test_a_damaged_archive_says_how_far_it_was_read() -> None:
    """With its name."""
    whole = tar(a=b"x", b=b"y" * 2000)
    assert read(tar(inner=whole[:2000]))[1] == [("inner", "damaged: cannot be unpacked after 2 members")]
    assert read(zipped(a=b"x")[:-10])[1] == [("", "damaged: cannot be unpacked after 0 members")]
