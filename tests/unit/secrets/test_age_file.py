"""Encrypted files: who can open them, and what is said when no identity fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import age_file, identities

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.secrets.identities import Identity


@pytest.fixture
def alice(tmp_path: Path) -> Identity:
    """Return an identity."""
    return identities.create({"HOME": str(tmp_path / "alice")})


@pytest.fixture
def bob(tmp_path: Path) -> Identity:
    """Return another identity."""
    return identities.create({"HOME": str(tmp_path / "bob")})


def test_every_recipient_opens_the_file(tmp_path: Path, alice: Identity, bob: Identity) -> None:
    """What was written is read, by each of the recipients, and is not in the file in clear."""
    path = tmp_path / "a.age"
    age_file.write(path, b"A='hunter2'", [alice.public, bob.public])
    assert age_file.read(path, "a.age", [alice]) == age_file.read(path, "a.age", [bob]) == b"A='hunter2'"
    assert b"hunter2" not in path.read_bytes()


def test_a_stranger_is_told_who_they_are(tmp_path: Path, alice: Identity, bob: Identity) -> None:
    """SealedError, with the public key that another recipient has to add."""
    path = tmp_path / "a.age"
    age_file.write(path, b"x", [alice.public])
    with pytest.raises(age_file.SealedError) as caught:
        age_file.read(path, "a.age", [bob])
    assert bob.public in caught.value.what
    with pytest.raises(age_file.SealedError):
        age_file.read(path, "a.age", [])


@pytest.mark.parametrize("damage", [b"", b"junk", b"-----BEGIN AGE ENCRYPTED FILE-----\nxxxx\n", b"cut"])
def test_a_damaged_file_is_an_error_and_not_a_sealed_one(tmp_path: Path, alice: Identity, damage: bytes) -> None:
    """Checks that may go on without secrets must not take damage for a closed door."""
    path = tmp_path / "a.age"
    age_file.write(path, b"some content", [alice.public])
    path.write_bytes(path.read_bytes()[:-60] if damage == b"cut" else damage)
    with pytest.raises(ConfigError) as caught:
        age_file.read(path, "a.age", [alice])
    assert not isinstance(caught.value, age_file.SealedError)


def test_a_changed_byte_is_noticed(tmp_path: Path, alice: Identity) -> None:
    """The content is authenticated."""
    path = tmp_path / "a.age"
    age_file.write(path, b"some content", [alice.public])
    lines = path.read_bytes().split(b"\n")
    middle = lines[-3]
    lines[-3] = middle[:-2] + (b"AB" if middle[-2:] != b"AB" else b"BA")
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(ConfigError):
        age_file.read(path, "a.age", [alice])


def test_a_folder_in_its_place_is_an_error(tmp_path: Path, alice: Identity) -> None:
    """No traceback for what is no file."""
    with pytest.raises(ConfigError):
        age_file.read(tmp_path, "a.age", [alice])
