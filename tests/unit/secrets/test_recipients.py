"""Public keys by environment and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.secrets import identities, recipients

if TYPE_CHECKING:
    from pathlib import Path


def key(tmp_path: Path, name: str) -> str:
    """Return a new public key."""
    return identities.create({"HOME": str(tmp_path / name)}).public


def test_no_file_means_nobody(tmp_path: Path) -> None:
    """A fresh project has no recipients."""
    assert recipients.load(tmp_path) == {}


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Names with dots and at-signs, and environments with dashes, survive."""
    one, two = key(tmp_path, "a"), key(tmp_path, "b")
    everyone = {"prod": {"ci.main": two, "alice": one}, "pre prod": {}}
    recipients.save(tmp_path, everyone)
    assert recipients.load(tmp_path) == everyone
    file = tmp_path / "env/recipients.toml"
    assert file.read_text() == (f'{recipients.HEADER}\n["pre prod"]\n\n[prod]\nalice = "{one}"\n"ci.main" = "{two}"\n')
    assert file.stat().st_mode & 0o777 == 0o644


NO_KEY = "the key of alice is not an age public key\n  → it starts with age1; `age-keygen -y identity.txt` prints it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"prod = 1", "[prod] must be a table of names and public keys"),
        (b"[prod]\nalice = 1", NO_KEY),
        (b'[prod]\nalice = "age1nonsense"', NO_KEY),
        (b'[prod]\n"two words" = "age1x"', "'two words' is not a name: letters, digits, . _ @ -"),
        (b"[prod", "cannot be read: "),
        (b"\xff=", "cannot be read: "),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: bytes, said: str) -> None:
    """Whoever can open production's secrets is nothing to guess."""
    (tmp_path / "env").mkdir()
    (tmp_path / recipients.FILE).write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        recipients.load(tmp_path)
    head = f"env/recipients.toml: {said}"
    assert str(caught.value)[: len(head) if said.endswith(": ") else None] == head


@pytest.mark.parametrize(
    ("process", "name"),
    [
        ({"USER": "ann", "LOGNAME": "bob"}, "ann"),
        ({"LOGNAME": "bob"}, "bob"),
        ({}, "me"),
        ({"USER": "two words"}, "me"),
        ({"USER": "a" * 64}, "a" * 64),
        ({"USER": "a" * 65}, "me"),
    ],
)
def test_a_recipient_is_called_as_the_user_is(process: dict[str, str], name: str) -> None:
    assert recipients.name_for(process) == name


def test_a_name_stands_for_one_key(tmp_path: Path) -> None:
    """A second key under a name in use is refused, the same one is not."""
    first = key(tmp_path, "a")
    keys = recipients.with_key({}, "alice", first)
    assert recipients.with_key(keys, "alice", first) == keys
    with pytest.raises(ConfigError) as caught:
        recipients.with_key(keys, "alice", key(tmp_path, "b"))
    what = "env/recipients.toml: alice already has another key"
    assert str(caught.value) == f"{what}\n  → remove it, or use another name"
    with pytest.raises(ConfigError, match="'a b' is not a name"):
        recipients.with_key(keys, "a b", first)


def test_the_last_recipient_stays(tmp_path: Path) -> None:
    """A file without a recipient is a lost one."""
    keys = {"alice": key(tmp_path, "a"), "bob": key(tmp_path, "b")}
    assert recipients.without(keys, "bob") == {"alice": keys["alice"]}
    with pytest.raises(ConfigError) as caught:
        recipients.without({"alice": keys["alice"]}, "alice")
    what = "alice is the only recipient: without it, the file could not be decrypted"
    assert str(caught.value) == f"env/recipients.toml: {what}\n  → add another one first"
    with pytest.raises(ConfigError) as caught:
        recipients.without(keys, "alic")
    assert str(caught.value) == "env/recipients.toml: unknown recipient 'alic'. Did you mean alice?"
