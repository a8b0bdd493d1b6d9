"""The user's private files: where they are, and that no other user can read them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import identities

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ({"HOME": "/h"}, "/h/.config/dockgate/identity.txt"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/dockgate/identity.txt"),
        ({"HOME": "/h", "DOCKGATE_AGE_IDENTITY": "/k/id.txt"}, "/k/id.txt"),
    ],
)
def test_the_variable_beats_the_configuration_folder(process: dict[str, str], expected: str) -> None:
    """DOCKGATE_AGE_IDENTITY, then XDG_CONFIG_HOME, then ~/.config."""
    assert str(identities.location(process)) == expected


def test_without_a_home_the_way_out_is_told() -> None:
    """No home and no variable is an error with a fix, not a file in the root folder."""
    with pytest.raises(ConfigError) as caught:
        identities.location({})
    assert caught.value.fix.endswith(", or DOCKGATE_AGE_IDENTITY to an identity file")


def test_create_is_private_and_keeps_an_existing_identity(tmp_path: Path) -> None:
    """Mode 0600 in a folder 0700; a second call returns the same key."""
    process = {"HOME": str(tmp_path)}
    first, second = identities.create(process), identities.create(process)
    path = identities.location(process)
    assert first == second
    assert identities.load(process) == (first,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_file_is_no_identity(tmp_path: Path) -> None:
    """None is needed before there are secrets."""
    assert identities.load({"HOME": str(tmp_path)}) == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_an_identity_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Group and others both count, and the fix is the command that fixes it."""
    process = {"HOME": str(tmp_path)}
    identities.create(process)
    path = identities.location(process)
    path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        identities.load(process)
    assert caught.value.fix == f"chmod 600 {path}"


def test_what_is_no_identity_is_named_by_its_line_only(tmp_path: Path) -> None:
    """The error says where, and never repeats what stands there."""
    path = tmp_path / "id.txt"
    path.write_text("# comment\nAGE-SECRET-KEY-1NOTREALLY\n")
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        identities.load({"DOCKGATE_AGE_IDENTITY": str(path)})
    fix = "each line is a comment or AGE-SECRET-KEY-…, as age-keygen writes it"
    assert str(caught.value) == f"{path}:2: is not an age identity\n  → {fix}"


@pytest.mark.parametrize("content", ["", "# only a comment\n"])
def test_a_file_without_an_identity_is_an_error(tmp_path: Path, content: str) -> None:
    """A file that was meant to hold a key and does not is not taken for no file."""
    path = tmp_path / "id.txt"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        identities.load({"DOCKGATE_AGE_IDENTITY": str(path)})
    assert str(caught.value) == f"{path}: contains no age identity\n  → it needs a line AGE-SECRET-KEY-…"


def test_several_identities_are_read_in_their_order(tmp_path: Path) -> None:
    """Indented or not, with comments and blank lines between."""
    made = [identities.create({"HOME": str(tmp_path / name)}) for name in "ab"]
    one, two = (each.secret.reveal() for each in made)
    path = tmp_path / "id.txt"
    path.write_text(f"# public key: {made[0].public}\n\n  {one} \n# two\n{two}\n")
    path.chmod(0o600)
    assert identities.load({"DOCKGATE_AGE_IDENTITY": str(path)}) == tuple(made)
    own = identities.location({"HOME": str(tmp_path / "a")}).read_text()
    assert own == f"# public key: {made[0].public}\n{one}\n"


def test_a_folder_in_place_of_the_identity_is_an_error(tmp_path: Path) -> None:
    """It is told, without a traceback."""
    with pytest.raises(ConfigError):
        identities.load({"DOCKGATE_AGE_IDENTITY": str(tmp_path)})
