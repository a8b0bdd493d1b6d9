"""Texts inside archives and binary files, up to a bound; what was not looked into is said.

texts(data, name, skip) -> Iterator[Inside]     members of archives, decompressed texts, printable stretches of the rest
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dockgate.guardrails import database_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST = 20_000_000  # bytes of one file, unpacked
MEMBERS = 2_000  # of one archive; chosen: each is looked at like a file
DEEPEST = 3  # archives in archives
BINARY_HEAD = 8_000  # bytes, in which git looks for a NUL
GZIP, BZIP, XZ, ZIP = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Twelve bytes are less than any secret that is looked for, and chance makes seven such stretches of a megabyte.
_PRINTABLE = re.compile(rb"[\x20-\x7e\t]{12,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e]\0){12,}")
# Formats that hide what is in them, and that nothing here opens.
_CLOSED = {
    b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!\x1a\x07": "RAR", b"LRZI": "lrzip",
    b"\x04\x22\x4d\x18": "LZ4", b"PAR1": "Parquet", b"xar!": "xar",
}  # fmt: skip


class Inside(NamedTuple):
    """A text in a file: the name of the member (empty: the file itself), and whether it is out of binary data."""

    name: str
    text: str
    binary: bool = False


def text(data: bytes) -> str | None:
    """Return the text that a file holds, None for a binary one: UTF-16 has a mark in front and zeros inside."""
    if data.startswith(UTF_16):
        return data.decode("utf-16", "replace")
    packed = data.startswith((GZIP, BZIP, XZ, ZIP, *_CLOSED)) or b"\0" in data[:BINARY_HEAD]
    return None if packed else data.decode(errors="replace")


def texts(data: bytes, skip: Callable[[str, str], None], name: str = "", depth: int = 0) -> Iterator[Inside]:
    """Yield the texts in a file; `skip` is told of a member (empty: the file itself) that is not looked into."""
    plain = text(data)
    if plain is not None:
        yield Inside(name, plain)
    elif closed := next((kind for magic, kind in _CLOSED.items() if data.startswith(magic)), ""):
        skip(name, f"{closed} is not unpacked")
    elif depth > DEEPEST:
        skip(name, f"more than {DEEPEST} archives inside each other")
    elif (unpacked := _decompressed(data, name, skip)) is not None:
        yield from texts(unpacked, skip, name, depth + 1)
    elif data.startswith(ZIP) or data[257:262] == b"ustar":
        yield from _members(data, skip, name, depth)
    else:
        if printable := _printable(data):
            yield Inside(name, printable, binary=True)
        if data.startswith(database_rows.MAGIC):
            yield Inside(name, database_rows.text(data))


def _printable(data: bytes) -> str:
    narrow = (each[0].decode("ascii") for each in _PRINTABLE.finditer(data))
    wide = (each[0].decode("utf-16-le") for each in _WIDE.finditer(data))
    return "\n".join((*narrow, *wide))


def _decompressed(data: bytes, name: str, skip: Callable[[str, str], None]) -> bytes | None:
    """Return what a compressed file holds up to the bound, None for a file of another format."""
    try:
        found = _read(data)
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
        skip(name, "damaged: cannot be unpacked")
        return b""
    if found is not None and len(found) > LARGEST:
        skip(name, f"unpacked, more than {LARGEST:,} bytes: the rest of it")
    return found


def _read(data: bytes) -> bytes | None:
    if data.startswith(GZIP):
        return gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST + 1)
    if data.startswith(BZIP):
        return bz2.BZ2File(io.BytesIO(data)).read(LARGEST + 1)
    if data.startswith(XZ):
        return lzma.LZMADecompressor(memlimit=256 * 2**20).decompress(data, LARGEST + 1)
    return None


def _members(data: bytes, skip: Callable[[str, str], None], name: str, depth: int) -> Iterator[Inside]:
    """Yield an archive's members, up to a number and a size in all."""
    left, number = LARGEST, 0
    try:
        for number, (member, size, read) in enumerate(_zip(data) if data.startswith(ZIP) else _tar(data), 1):
            inner = f"{name}!{member}" if name else member
            if number > MEMBERS or size > left:
                skip(name, f"more than {MEMBERS:,} members or {LARGEST:,} bytes, from {member} on")
                return
            left -= size
            content = read()
            if content is None:
                skip(inner, "encrypted")
            else:
                yield from texts(content, skip, inner, depth + 1)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError):
        skip(name, f"damaged: cannot be unpacked after {number} members")


def _zip(data: bytes) -> Iterator[tuple[str, int, Callable[[], bytes | None]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for each in archive.infolist():
            if not each.is_dir():
                locked = bool(each.flag_bits & 1)
                yield each.filename, each.file_size, partial(_nothing if locked else archive.read, each)


def _nothing(_member: zipfile.ZipInfo) -> None:
    return None


def _tar(data: bytes) -> Iterator[tuple[str, int, Callable[[], bytes | None]]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for each in archive:
            if each.isfile():
                yield each.name, each.size, partial(_extracted, archive, each)


def _extracted(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""
