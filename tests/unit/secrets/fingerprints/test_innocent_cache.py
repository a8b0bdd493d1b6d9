"""What this machine remembers: strings that are no secrets, and nothing else."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

from dockgate.secrets.fingerprints import innocent_cache
from dockgate.system import cache

if TYPE_CHECKING:
    from pathlib import Path


def test_innocence_is_kept_for_its_scope_alone(tmp_path: Path) -> None:
    """Another run knows it; another set of fingerprints does not."""
    process = {"HOME": str(tmp_path)}
    first = innocent_cache.of_machine(process)
    first.remember("scope", ["harmless"])
    first.save()
    second = innocent_cache.of_machine(process)
    assert second.innocent("scope", "harmless")
    assert not second.innocent("other", "harmless")
    assert not second.innocent("scope", "harmful")
    assert not second.innocent("scop", "eharmless")


def test_the_file_is_private_and_says_nothing(tmp_path: Path) -> None:
    """Mode 0600, and another machine's key makes other records of the same strings."""
    files = []
    for home in ("one", "two"):
        known = innocent_cache.of_machine(
            {"HOME": str(tmp_path / home), "XDG_CACHE_HOME": str(tmp_path / home / "cache")}
        )
        known.remember("scope", ["harmless"])
        known.save()
        files.append(tmp_path / home / "cache" / "dockgate" / "verdicts")
    assert files[0].read_bytes() != files[1].read_bytes()
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_file_that_others_could_write_is_not_believed(tmp_path: Path) -> None:
    """Another user's word that a string is harmless counts for nothing."""
    process = {"HOME": str(tmp_path)}
    known = innocent_cache.of_machine(process)
    known.remember("scope", ["harmless"])
    known.save()
    (tmp_path / ".cache/dockgate/verdicts").chmod(0o666)
    assert not innocent_cache.of_machine(process).innocent("scope", "harmless")


def test_without_a_home_nothing_is_kept() -> None:
    """A run without a home works, and forgets."""
    known = innocent_cache.of_machine({})
    known.remember("scope", ["harmless"])
    known.save()
    assert known.innocent("scope", "harmless")
    assert not innocent_cache.of_machine({}).innocent("scope", "harmless")


def test_a_cache_without_a_home_is_not_kept_either(tmp_path: Path) -> None:
    """Its key is the user's."""
    known = innocent_cache.of_machine({"XDG_CACHE_HOME": str(tmp_path / "cache")})
    known.remember("scope", ["harmless"])
    known.save()
    assert not (tmp_path / "cache").exists()


def test_what_is_not_new_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "verdicts"
    known = innocent_cache.InnocentCache(b"key", path)
    known.save()
    known.remember("scope", [])
    known.save()
    assert not path.exists()
    known.remember("é\ud800", ["x"])
    known.save()
    path.unlink()
    known.save()
    assert not path.exists()
    text = "2:é\ud800x".encode(errors="surrogatepass")
    record = hashlib.blake2b(text, key=b"key", digest_size=16, person=b"dockgate-verdict").digest()
    cache.write(path, "1", record + record[:-1])
    again = innocent_cache.InnocentCache(b"key", path)
    assert again.innocent("é\ud800", "x")
    again.remember("scope", ["y"])
    again.save()
    assert innocent_cache.InnocentCache(b"key", path).innocent("scope", "y")


def test_the_oldest_are_dropped(tmp_path: Path) -> None:
    """The file stays small."""
    path = tmp_path / "verdicts"
    known = innocent_cache.InnocentCache(b"key", path)
    known.remember("scope", map(str, range(innocent_cache.MOST + 1)))
    known.save()
    again = innocent_cache.InnocentCache(b"key", path)
    assert not again.innocent("scope", "0")
    assert again.innocent("scope", "1")
    assert again.innocent("scope", str(innocent_cache.MOST))


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    """Neither a home nor a cache folder that is no folder stops a check."""
    (tmp_path / "file").write_text("")
    for process in (
        {"HOME": str(tmp_path / "file")},
        {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "file")},
    ):
        known = innocent_cache.of_machine(process)
        known.remember("scope", ["harmless"])
        known.save()
        assert known.innocent("scope", "harmless")
