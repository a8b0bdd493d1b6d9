"""Which engine the Docker client would choose."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from dockgate.core import endpoint
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def _config(folder: Path, current: str, **contexts: str) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps({"currentContext": current}))
    for name, host in contexts.items():
        meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        meta.mkdir(parents=True)
        (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
    return {"DOCKER_CONFIG": str(folder)}


def test_default_is_the_local_socket(tmp_path: Path) -> None:
    """Nothing set: the socket of this machine."""
    found = endpoint.find({"HOME": str(tmp_path)})
    assert (found.host, found.chosen_by, found.local) == (endpoint.DEFAULT_HOST, "default", True)
    assert found.socket == "/var/run/docker.sock"


def test_docker_host_wins_over_all(tmp_path: Path) -> None:
    """As in the client: DOCKER_HOST, then DOCKER_CONTEXT, then the active context."""
    process = _config(tmp_path, "live", live="ssh://root@live", test="tcp://test:2376")
    assert endpoint.find(process).host == "ssh://root@live"
    assert endpoint.find(process | {"DOCKER_CONTEXT": "test"}).host == "tcp://test:2376"
    both = endpoint.find(process | {"DOCKER_CONTEXT": "test", "DOCKER_HOST": "unix:///run/other.sock"})
    assert (both.host, both.chosen_by) == ("unix:///run/other.sock", "DOCKER_HOST")


def test_says_what_chose_it(tmp_path: Path) -> None:
    """A remote engine of the active context is not local, and is printed with its context."""
    found = endpoint.find(_config(tmp_path, "live", live="ssh://root@live"))
    assert (found.chosen_by, found.local, str(found)) == ("active context", False, "ssh://root@live (context live)")


def test_knows_whether_the_way_is_encrypted(tmp_path: Path) -> None:
    """SSH is; TCP where the client verifies certificates, or has a context's."""
    process = _config(tmp_path, "default", live="tcp://live:2376")
    assert endpoint.find(process).encrypted
    assert endpoint.find(process | {"DOCKER_HOST": "ssh://root@live"}).encrypted
    assert not endpoint.find(process | {"DOCKER_HOST": "tcp://live:2376"}).encrypted
    assert endpoint.find(process | {"DOCKER_HOST": "tcp://live:2376", "DOCKER_TLS_VERIFY": "1"}).encrypted
    chosen = process | {"DOCKER_CONTEXT": "live"}
    assert not endpoint.find(chosen).encrypted
    (tmp_path / "contexts/tls" / hashlib.sha256(b"live").hexdigest() / "docker").mkdir(parents=True)
    assert endpoint.find(chosen).encrypted


def test_missing_context_is_an_error(tmp_path: Path) -> None:
    """Falling back to the local engine would run the command on the wrong one."""
    with pytest.raises(ConfigError):
        endpoint.find(_config(tmp_path, "gone"))


def test_unreadable_configuration_is_an_error(tmp_path: Path) -> None:
    """So would ignoring a broken file."""
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ConfigError):
        endpoint.find({"DOCKER_CONFIG": str(tmp_path)})
