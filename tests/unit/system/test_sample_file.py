"""The sample of a missing file is the one that a README says to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.system import sample_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("missing", "sample"),
    [
        (".env", ".env.example"),
        (".env", "env.sample"),
        (".env", "sample.env"),
        (".env.prod", ".env.prod.dist"),
        ("app.env", "app.env.template"),
        (".env", ""),
        (".env", ".env.docker.example"),
        (".env", "example.txt"),
    ],
)
def test_a_sample_is_called_after_the_file(tmp_path: Path, missing: str, sample: str) -> None:
    """And nothing else is one."""
    if sample:
        (tmp_path / sample).write_text("A=1\n")
    wanted = [] if sample in ("", ".env.docker.example", "example.txt") else [tmp_path / sample]
    assert [*filter(None, [sample_file.beside(tmp_path / missing)])] == wanted
    created = f"cp {tmp_path.name}/{sample} {tmp_path.name}/{missing}" if wanted else "create it"
    assert sample_file.creating(tmp_path / missing, tmp_path.parent) == created


def test_a_folder_that_is_missing_has_none(tmp_path: Path) -> None:
    """It is no error: that the file is missing is said already."""
    assert sample_file.beside(tmp_path / "gone/.env") is None
