"""Errors that no code of ours raised: what a file or a disk refused, and bugs, each with what to do."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError, DockgateError, ToolFailedError
from dockgate.tasks import failures

if TYPE_CHECKING:
    from pathlib import Path

TMPDIR = "make room in one of them, or set TMPDIR to a folder with some"
ROOM = "make room, or make it writable, and run the same command again"


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (OSError(errno.ENOSPC, "No space left"), ToolFailedError, f"cannot be written: No space left\n  → {ROOM}"),
        (
            OSError(errno.EROFS, "Read-only", "env/x"),
            ToolFailedError,
            f"env/x: cannot be written: Read-only\n  → {ROOM}",
        ),
        (OSError(errno.EDQUOT, "Quota", b"env/x"), ToolFailedError, f"env/x: cannot be written: Quota\n  → {ROOM}"),
        (
            FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"),
            ToolFailedError,
            f"No usable temporary directory found in ['/tmp']\n  → {TMPDIR}",
        ),
        (
            OSError(errno.EISDIR, "Is a directory", "env/x"),
            ConfigError,
            "env/x: cannot be used: Is a directory\n  → put a readable file or folder there",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No usable temporary directory", "env/x"),
            ConfigError,
            "env/x: cannot be used: No usable temporary directory\n  → put a readable file or folder there",
        ),
    ],
)
def test_what_this_machine_refused_is_no_bug(error: OSError, kind: type[DockgateError], text: str) -> None:
    """A full disk wherever it shows, also where no file is named; another file is named."""
    found = failures.of_machine(error)
    assert (type(found), str(found)) == (kind, text)


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EBADF, "bad descriptor"), OSError(errno.ENOENT, "gone"), OSError("x"), OSError(errno.EIO, "", 3)],
)
def test_what_has_to_do_with_no_file_is_one(error: OSError) -> None:
    assert failures.of_machine(error) is None


def test_a_bug_is_reported_with_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file that stays; where there is no place for one, that is said."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("x")
    found = failures.bug(caught.value)
    [file] = folder.iterdir()
    assert found.what == "ValueError: invalid literal for int() with base 10: 'x'"
    assert found.fix == f"this is a bug in Dockgate: please report it; the traceback is in {file}"
    assert (file.name.startswith("dockgate-bug-"), file.suffix) == (True, ".txt")
    assert "Traceback (most recent call last):" in file.read_text()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    lost = failures.bug(KeyError("a"))
    assert lost.what == "KeyError: 'a'"
    assert lost.fix == "this is a bug in Dockgate; its traceback is lost: No such file or directory"
