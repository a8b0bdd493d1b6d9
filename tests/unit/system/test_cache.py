"""A cache gives back what was kept, or nothing."""

from __future__ import annotations

import json
import os
import stat
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from dockgate.system import cache

if TYPE_CHECKING:
    from pathlib import Path


class Inner(Struct, frozen=True):
    on: date


class Value(Struct, frozen=True):
    name: str
    parts: tuple[Inner, ...]
    data: bytes = b""


MADE = Value("folder/\udcff", (Inner(date(2026, 11, 28)),), b"\0\xff")


def test_what_was_kept_comes_back_under_its_key_alone(tmp_path: Path) -> None:
    """Of its type, with names of files that are not Unicode, in a new folder; a new one takes its place."""
    file = tmp_path / "new" / "x.json"
    cache.write(file, "key", MADE)
    assert cache.read(file, "key", Value) == MADE
    assert cache.read(file, "other", Value) is None
    cache.write(file, "new", Value("b", ()))
    assert (cache.read(file, "key", Value), cache.read(file, "new", Value)) == (None, Value("b", ()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [
        {"value": {"name": 1, "parts": []}},
        {"value": {"parts": []}},
        {"value": {"name": "a", "parts": [{"on": "never"}]}},
        {"value": []},
        {"key": None},
        *("", "{", "[]", "3", '{"key": "key"}', "\0"),
    ],
)
def test_a_value_of_another_form_is_none(tmp_path: Path, change: dict[str, Any] | str) -> None:
    """Such as one of an older version, half of one, or none at all."""
    file, whole = tmp_path / "x.json", {"key": "key", "value": {"name": "a", "parts": []}}
    file.write_text(json.dumps(whole))
    assert cache.read(file, "key", Value) == Value("a", ())
    file.write_text(change if isinstance(change, str) else json.dumps(whole | change))
    assert cache.read(file, "key", Value) is None


def test_no_file_or_a_folder_is_no_value(tmp_path: Path) -> None:
    """Neither is an error, nor is a checkout that is read-only."""
    (tmp_path / "file").write_text("")
    cache.write(tmp_path / "file" / "x.json", "key", MADE)
    assert cache.read(tmp_path / "file" / "x.json", "key", Value) is None
    assert cache.read(tmp_path / "gone", "key", Value) is None
    assert cache.read(tmp_path, "key", Value) is None


@pytest.mark.parametrize(("mode", "user"), [(0o620, 0), (0o602, 0), (0o666, 0), (0o600, 4242)])
def test_a_file_that_others_can_write_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, user: int
) -> None:
    """Another user's verdict is none of ours."""
    file = tmp_path / "x.json"
    cache.write(file, "key", MADE)
    file.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + user)
    assert cache.read(file, "key", Value) is None


def test_folders_of_a_projects_state_are_private_and_ignored(tmp_path: Path) -> None:
    """Whatever the umask is."""
    previous = os.umask(0)
    try:
        cache.write(tmp_path / ".dockgate/cache/x.json", "key", MADE)
    finally:
        os.umask(previous)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in (".dockgate", ".dockgate/cache")]
    assert modes == [0o700, 0o700]
    assert (tmp_path / ".dockgate/.gitignore").read_text() == "*\n"
