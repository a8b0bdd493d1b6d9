"""Which engine the Docker client would choose."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from dockgate.core import endpoint
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import ConfigError


def _config(folder: Path, current: str, **contexts: str) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps({"currentContext": current}))
    for name, host in contexts.items():
        meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        meta.mkdir(parents=True)
        (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
    return {"DOCKER_CONFIG": str(folder)}


def test_default_is_the_local_socket(tmp_path: Path) -> None:
    """Nothing set: the socket of this machine."""
    assert endpoint.find({"HOME": str(tmp_path)}) == Endpoint("unix:///var/run/docker.sock", "default")


@pytest.mark.parametrize(
    ("process", "file"),
    [
        ({"DOCKER_CONFIG": "/d", "HOME": "/h"}, "/d/config.json"),
        ({"DOCKER_CONFIG": "", "HOME": "/h"}, "/h/.docker/config.json"),
        ({}, "/.docker/config.json"),
    ],
)
def test_the_clients_configuration_is_where_the_client_looks(process: dict[str, str], file: str) -> None:
    """In the folder that is set, else in the one of the user, else of the machine."""
    assert endpoint.client_file(process) == Path(file)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("unix:///run/x.sock", (True, True, "/run/x.sock", "", "unix:///run/x.sock")),
        ("npipe:////./pipe/docker", (True, True, "npipe:////./pipe/docker", "", "npipe:////./pipe/docker")),
        ("ssh://ops@Shop:22", (False, True, "ssh://ops@Shop:22", "shop", "ssh://ops@Shop:22")),
        ("tcp://10.0.0.1:2375", (False, False, "tcp://10.0.0.1:2375", "10.0.0.1", "tcp://10.0.0.1:2375")),
        ("tcp://", (False, False, "tcp://", "", "tcp://")),
        ("unix:///run/\0", (True, True, "/run/\0", "", "unix:///run/\0")),
    ],
)
def test_what_an_address_says(host: str, expected: tuple[object, ...]) -> None:
    """Whether it is here, whether the way is encrypted, its socket, its machine, and what makes it the same one."""
    found = Endpoint(host, "DOCKER_HOST")
    assert (found.local, found.encrypted, found.socket, found.machine, found.identity) == expected
    assert (str(found), str(Endpoint(host, "active context", "live"))) == (host, f"{host} (context live)")


def test_a_link_to_a_socket_is_the_same_engine(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert Endpoint(f"unix://{tmp_path}/link/x.sock", "default").identity == f"unix://{tmp_path}/real/x.sock"


def test_docker_host_wins_over_all(tmp_path: Path) -> None:
    """As in the client: DOCKER_HOST, then DOCKER_CONTEXT, then the active context."""
    process = _config(tmp_path, "live", live="ssh://root@live", test="tcp://test:2376")
    assert endpoint.find(process) == Endpoint("ssh://root@live", "active context", "live")
    chosen = process | {"DOCKER_CONTEXT": "test"}
    assert endpoint.find(chosen) == Endpoint("tcp://test:2376", "DOCKER_CONTEXT", "test")
    both = endpoint.find(chosen | {"DOCKER_HOST": "unix:///run/other.sock"})
    assert both == Endpoint("unix:///run/other.sock", "DOCKER_HOST")


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


@pytest.mark.parametrize("meta", ["", "{}", '{"Endpoints": []}', '{"Endpoints": {"docker": {"Host": ""}}}'])
@pytest.mark.parametrize("variable", [True, False])
def test_missing_context_is_an_error(tmp_path: Path, meta: str, *, variable: bool) -> None:
    """Falling back to the local engine would run the command on the wrong one."""
    process = _config(tmp_path, "default" if variable else "gone")
    if meta:
        file = tmp_path / "contexts" / "meta" / hashlib.sha256(b"gone").hexdigest() / "meta.json"
        file.parent.mkdir(parents=True)
        file.write_text(meta)
    with pytest.raises(ConfigError) as caught:
        endpoint.find(process | ({"DOCKER_CONTEXT": "gone"} if variable else {}))
    by = "DOCKER_CONTEXT" if variable else "active context"
    assert (
        str(caught.value) == f"Docker context 'gone' ({by}) does not exist\n  → docker context ls shows those that do"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{", "cannot be read: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"\xff", "cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"[]", "is no JSON object"),
        (None, "cannot be read: [Errno 22] not a regular file"),
    ],
)
def test_unreadable_configuration_is_an_error(tmp_path: Path, text: bytes | None, why: str) -> None:
    """So would ignoring a broken file; a pipe would keep the command waiting."""
    file = tmp_path / "config.json"
    if text is None:
        os.mkfifo(file)
    else:
        file.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        endpoint.find({"DOCKER_CONFIG": str(tmp_path)})
    assert str(caught.value) == f"{file}: {why}"


def test_a_home_that_is_no_folder_has_no_configuration() -> None:
    """As a service's may be, and what is no name in it names no context."""
    assert endpoint.client_config({"HOME": "/dev/null"}) == {}
