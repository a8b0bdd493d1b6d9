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
    ask = (
        "ask a recipient to run `inv secrets.recipients-add` for you, or set DOCKGATE_AGE_IDENTITY to the file of "
        "an identity that can decrypt it"
    )
    third = identities.create({"HOME": str(tmp_path / "third")})
    with pytest.raises(age_file.SealedError) as caught:
        age_file.read(path, "a.age", [bob, third])
    yours = f"{bob.public}, {third.public}"
    assert str(caught.value) == f"a.age: is not encrypted for you (your public key: {yours})\n  → {ask}"
    what = "a.age: is encrypted, but you have no age identity"
    with pytest.raises(age_file.SealedError) as caught:
        age_file.read(path, "a.age", [])
    assert str(caught.value) == f"{what}\n  → {ask}"
    with pytest.raises(age_file.SealedError) as caught:
        age_file.decrypt(b"x", "a.age", [], "inv secrets.init", "prod")
    assert str(caught.value) == f"{what}\n  → inv secrets.init makes yours; then {ask}"


def test_a_file_is_text_that_git_checks_out(tmp_path: Path, alice: Identity) -> None:
    path = tmp_path / "a.age"
    age_file.write(path, b"x", [alice.public])
    assert path.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_store_with_conflict_markers_is_merged(alice: Identity) -> None:
    """Another file with them is damaged."""
    marked = b"<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n"
    with pytest.raises(ConfigError) as caught:
        age_file.decrypt(marked, "a.age", [alice], environment="prod")
    fix = "inv secrets.merge --env=prod merges it by name; docs/secrets.md"
    assert str(caught.value) == f"a.age: has a merge conflict\n  → {fix}"
    with pytest.raises(ConfigError, match=r"^a\.age: is damaged or not an age file: ."):
        age_file.decrypt(marked, "a.age", [alice])


@pytest.mark.parametrize("damage", [b"", b"junk", b"-----BEGIN AGE ENCRYPTED FILE-----\nxxxx\n", b"cut"])
def test_a_damaged_file_is_an_error_and_not_a_sealed_one(tmp_path: Path, alice: Identity, damage: bytes) -> None:
    """Checks that may go on without secrets must not take damage for a closed door."""
    path = tmp_path / "a.age"
    age_file.write(path, b"some content", [alice.public])
    path.write_bytes(path.read_bytes()[:-60] if damage == b"cut" else damage)
    fix = "restore a good version from git: git log -- a.age"
    merge = "; while a merge is unfinished, inv secrets.merge --env=prod has both versions"
    for environment, more in (("", ""), ("prod", merge)):
        with pytest.raises(ConfigError, match=r"^a\.age: is damaged or not an age file: .") as caught:
            age_file.decrypt(path.read_bytes(), "a.age", [alice], environment=environment)
        assert not isinstance(caught.value, age_file.SealedError)
        assert caught.value.fix == fix + more


def test_a_folder_in_its_place_is_an_error(tmp_path: Path, alice: Identity) -> None:
    """No traceback for what is no file."""
    with pytest.raises(ConfigError) as caught:
        age_file.read(tmp_path, "a.age", [alice])
    assert str(caught.value) == "a.age: cannot be read: not a regular file"
