"""The file that says which release an environment runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.env import release_pointer
from dockgate.env.release_pointer import HISTORY, Pointer

if TYPE_CHECKING:
    from pathlib import Path

ODD = 'a "quoted" \\ reason\nof two lines\t\x7f\x00 größer 😀'
POINTER = Pointer(
    "1.2.0", "sha256:1", "2026-11-29T12:00:00+00:00", {"WEB": "b@sha256:3", "API": "a@sha256:2"}, ("1.1.0",)
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Each environment's own; without one there is none."""
    release_pointer.write(tmp_path, "prod", POINTER)
    assert release_pointer.read(tmp_path, "prod") == POINTER
    assert release_pointer.read(tmp_path, "staging") is None
    file = tmp_path / "env/prod.release.toml"
    assert file.read_text() == (
        "# Which release prod runs. Written by `inv promote` and `inv rollback`; what it says is verified.\n"
        'version = "1.2.0"\nmanifest = "sha256:1"\nsince = "2026-11-29T12:00:00+00:00"\nhistory = ["1.1.0"]\n\n'
        '[images]\nAPI = "a@sha256:2"\nWEB = "b@sha256:3"\n'
    )
    assert file.stat().st_mode & 0o777 == 0o644
    release_pointer.remove(tmp_path, "prod")
    release_pointer.remove(tmp_path, "prod")
    assert release_pointer.read(tmp_path, "prod") is None


def test_any_text_is_written_and_only_so_many_versions(tmp_path: Path) -> None:
    """Whatever a person gives as a reason."""
    versions = tuple(f"1.{number}.0" for number in range(HISTORY + 1))
    release_pointer.write(tmp_path, "prod", Pointer("2.0.0", "sha256:1", "now", {}, versions, ODD))
    found = release_pointer.read(tmp_path, "prod")
    assert found
    assert (found.reason, found.history) == (ODD, versions[:HISTORY])
    text = (tmp_path / "env/prod.release.toml").read_text(encoding="utf-8")
    assert ', "1.19.0"]\nreason = "a \\"quoted\\" \\\\ reason\\nof two lines\\t\\u007f\\u0000 größer 😀"\n' in text


def test_what_compose_is_given() -> None:
    assert POINTER.variables() == {"API": "a@sha256:2", "WEB": "b@sha256:3", "APP_VERSION": "1.2.0"}


@pytest.mark.parametrize("content", [b"version = 1\n", b"\xff", b"[", b"version = 'x'\n"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env/prod.release.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        release_pointer.read(tmp_path, "prod")
    fix = "git checkout -- env/prod.release.toml; or remove it and promote again"
    assert (str(caught.value.where), caught.value.fix) == ("env/prod.release.toml", fix)
    assert caught.value.what.startswith("is damaged: ")
