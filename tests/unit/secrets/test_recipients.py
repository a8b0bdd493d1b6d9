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
    everyone = {"prod": {"alice@example.com": key(tmp_path, "a"), "ci.main": key(tmp_path, "b")}, "pre-prod": {}}
    recipients.save(tmp_path, everyone)
    assert recipients.load(tmp_path) == everyone


@pytest.mark.parametrize(
    "text",
    [
        "prod = 1",
        "[prod]\nalice = 1",
        '[prod]\nalice = "age1nonsense"',
        '[prod]\n"two words" = "age1x"',
        "[prod",
        "\xff".encode("latin-1").decode("latin-1") + "=",
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    """Whoever can open production's secrets is nothing to guess."""
    (tmp_path / "env").mkdir()
    (tmp_path / recipients.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        recipients.load(tmp_path)


def test_a_name_stands_for_one_key(tmp_path: Path) -> None:
    """A second key under a name in use is refused, the same one is not."""
    first = key(tmp_path, "a")
    keys = recipients.with_key({}, "alice", first)
    assert recipients.with_key(keys, "alice", first) == keys
    with pytest.raises(ConfigError):
        recipients.with_key(keys, "alice", key(tmp_path, "b"))


def test_the_last_recipient_stays(tmp_path: Path) -> None:
    """A file without a recipient is a lost one."""
    keys = {"alice": key(tmp_path, "a"), "bob": key(tmp_path, "b")}
    assert recipients.without(keys, "bob") == {"alice": keys["alice"]}
    with pytest.raises(ConfigError):
        recipients.without({"alice": keys["alice"]}, "alice")
    with pytest.raises(ConfigError, match="alice"):
        recipients.without(keys, "alic")
