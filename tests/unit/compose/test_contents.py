"""What is in configs and secrets, as digests that only who has the key can make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.compose import contents

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32


def document(folder: Path) -> dict[str, Any]:
    return {
        "services": {
            "api": {"configs": [{"source": "ini"}], "secrets": [{"source": "ours"}]},
            "web": {"configs": [{"source": "inline"}]},
            "job": {"secrets": [{"source": "own"}]},
            "db": {"secrets": [{"source": "ours"}], "configs": [{"source": "folder"}]},
            "none": {},
        },
        "configs": {"ini": {"file": f"{folder}/app.ini"}, "inline": {"content": "a"}, "folder": {"file": str(folder)}},
        "secrets": {"ours": {"file": "/run/given/X"}, "own": {"file": f"{folder}/own.txt"}},
    }


def versions(folder: Path, key: bytes = KEY, **changed: Any) -> dict[str, str]:
    seen = document(folder) | changed
    return contents.of_services(seen, contents.digests(contents.files(seen, "/run/given"), key), key)


def test_changed_content_changes_its_readers_alone(tmp_path: Path) -> None:
    """A file of a config, of a secret, and content in the Compose file; our own secrets have versions."""
    (tmp_path / "app.ini").write_text("a=b")
    (tmp_path / "own.txt").write_text("x")
    first = versions(tmp_path)
    assert first.keys() == {"api", "web", "job"}
    (tmp_path / "app.ini").write_text("a=c")
    second = versions(tmp_path)
    assert [name for name in first if first[name] != second[name]] == ["api"]
    (tmp_path / "own.txt").write_text("y")
    third = versions(tmp_path, configs={**document(tmp_path)["configs"], "inline": {"content": "b"}})
    assert [name for name in first if second[name] != third[name]] == ["web", "job"]


def test_the_digest_of_a_secret_is_keyed(tmp_path: Path) -> None:
    """A label can be read by everyone who can read the engine."""
    (tmp_path / "own.txt").write_text("x")
    assert versions(tmp_path)["job"] != versions(tmp_path, b"other key")["job"]


def test_a_missing_file_has_no_digest(tmp_path: Path) -> None:
    """The guard refuses it."""
    assert versions(tmp_path).keys() == {"web"}
