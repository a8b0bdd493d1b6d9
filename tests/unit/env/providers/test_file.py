"""`file:`: the content of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.env.providers import file
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_paths_are_the_projects_or_absolute(tmp_path: Path) -> None:
    """Their content is the value, all of it."""
    made = projects.make(tmp_path)
    (tmp_path / "token").write_text("one\ntwo\n")
    assert file.fetch(made, "token") == file.fetch(made, f"{tmp_path}/token") == "one\ntwo\n"


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("missing", "file: cannot be read: No such file or directory"),
        ("folder", "file: cannot be read: not a regular file"),
        ("binary", "file: is not UTF-8"),
        ("/dev/zero", "file: cannot be read: not a regular file"),
    ],
)
def test_what_is_no_text_file_is_an_error_that_does_not_repeat_the_path(tmp_path: Path, rest: str, said: str) -> None:
    """The path may be the secret itself."""
    made = projects.make(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as caught:
        file.fetch(made, rest)
    assert str(caught.value) == said


def test_nothing_is_shown_of_it() -> None:
    """And nothing is wrong with it before it is read."""
    assert (file.shown("run/x"), file.fault("run/x", ())) == ("", "")
