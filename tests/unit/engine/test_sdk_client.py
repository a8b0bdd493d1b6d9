"""The engine through the SDK: what is asked of it, and what its errors become."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, call

import pytest
import requests
from docker.errors import APIError, DockerException

from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import MissingToolError
from dockgate.engine import sdk_client
from dockgate.engine.api import RefusedError
from dockgate.engine.sdk_client import Engine, SdkStream


@pytest.fixture
def sdk() -> MagicMock:
    """Return what stands in for the SDK's client."""
    return MagicMock()


@pytest.fixture
def engine(sdk: MagicMock) -> Engine:
    """Return an engine on that client."""
    one = Engine(Endpoint("tcp://engine:2376", "DOCKER_HOST"))
    vars(one)["client"] = sdk
    return one


def test_documents_are_the_apis_own(engine: Engine, sdk: MagicMock) -> None:
    """As the socket gives them, so that `observe` reads both."""
    sdk.api.containers.return_value = [{"Id": "1"}]
    sdk.api.inspect_container.return_value = {"State": {}}
    sdk.images.get.return_value.attrs = {"Id": "sha256:1"}
    sdk.api.images.return_value = [{"Id": "sha256:2"}]
    sdk.api.logs.return_value = b"line\xff\n"
    assert engine.containers({"label": ["a=b"]}) == [{"Id": "1"}]
    assert engine.inspect("1") == {"State": {}}
    assert engine.images("shop/*") == [{"Id": "sha256:2"}]
    assert engine.image("api:1") == {"Id": "sha256:1"}
    assert engine.logs("1", 20) == "line�\n"
    sdk.api.inspect_network.return_value = {"Name": "n"}
    sdk.api.inspect_volume.return_value = {"Name": "v"}
    assert (engine.network("n"), engine.volume("v")) == ({"Name": "n"}, {"Name": "v"})
    assert sdk.images.mock_calls == [call.get("api:1")]
    assert sdk.api.mock_calls == [
        call.containers(all=True, filters={"label": ["a=b"]}),
        call.inspect_container("1"),
        call.images(name="shop/*"),
        call.logs("1", tail=20),
        call.inspect_network("n"),
        call.inspect_volume("v"),
    ]


def test_changes_are_one_call_each(engine: Engine, sdk: MagicMock) -> None:
    """With the options that keep them from leaving something behind."""
    engine.start("1")
    engine.stop("1", 3)
    engine.remove("1")
    engine.remove_network("n")
    engine.remove_volume("v")
    engine.remove_image("shop/api:1.0.0")
    assert [str(call) for call in sdk.api.mock_calls] == [
        "call.start('1')",
        "call.stop('1', timeout=3)",
        "call.remove_container('1', v=True, force=True)",
        "call.remove_network('n')",
        "call.remove_volume('v')",
        "call.remove_image('shop/api:1.0.0')",
    ]


def test_networks_and_volumes_are_found_by_label(engine: Engine, sdk: MagicMock) -> None:
    """The engine says null for no volumes."""
    sdk.api.networks.return_value = [{"Name": "n"}]
    sdk.api.volumes.return_value = {"Volumes": None}
    assert engine.networks(["a"]) == [{"Name": "n"}]
    assert engine.volumes(["a", "b=c"]) == []
    sdk.api.volumes.return_value = {"Volumes": [{"Name": "v"}]}
    assert engine.volumes([]) == [{"Name": "v"}]
    assert sdk.api.mock_calls == [
        call.networks(filters={"label": ["a"]}),
        call.volumes(filters={"label": ["a", "b=c"]}),
        call.volumes(filters={"label": []}),
    ]


def test_what_the_engine_says_of_itself(engine: Engine, sdk: MagicMock) -> None:
    """As a document."""
    sdk.info.return_value = {"NCPU": 2}
    assert engine.info() == {"NCPU": 2}


@pytest.mark.parametrize("error", [requests.ConnectionError, OSError, ValueError])
def test_events_go_on_from_a_time_and_end_with_the_connection(
    engine: Engine, sdk: MagicMock, error: type[Exception]
) -> None:
    """A lost connection is the end of the stream, not an error of its reader."""

    def lost() -> Any:
        yield {"Action": "start"}
        raise error

    sdk.api.events.return_value = lost()
    assert list(engine.events({"type": ["container"]}, "1.5")) == [{"Action": "start"}]
    engine.events({}, "")
    assert sdk.api.mock_calls == [
        call.events(decode=True, filters={"type": ["container"]}, since="1.5"),
        call.events(decode=True, filters={}),
    ]


@pytest.mark.parametrize("error", [None, OSError, AttributeError])
def test_a_stream_can_be_closed_whatever_is_left_of_it(error: type[Exception] | None) -> None:
    stream = MagicMock()
    stream.close.side_effect = error
    SdkStream(stream).close()
    assert stream.mock_calls == [call.close()]


def test_a_refusal_keeps_its_status_and_its_words(engine: Engine, sdk: MagicMock) -> None:
    """Exit code 5: the engine is there."""
    response = requests.Response()
    response.status_code = 409
    sdk.api.start.side_effect = APIError("", response=response, explanation="port is already allocated")
    with pytest.raises(RefusedError) as caught:
        engine.start("1")
    assert (caught.value.what, caught.value.status) == ("port is already allocated", 409)
    sdk.api.start.side_effect = APIError("no answer")
    with pytest.raises(RefusedError) as caught:
        engine.start("1")
    assert (caught.value.what, caught.value.status) == ("no answer", 0)


@pytest.mark.parametrize("error", [DockerException("no ssh"), requests.ConnectionError("refused"), OSError("gone")])
def test_an_engine_that_does_not_answer_is_missing(engine: Engine, sdk: MagicMock, error: Exception) -> None:
    """Exit code 4, with the endpoint in the message."""
    sdk.info.side_effect = error
    with pytest.raises(MissingToolError) as caught:
        engine.info()
    assert str(caught.value) == (
        f"the engine at tcp://engine:2376 does not answer: {error}\n"
        "  → inv doctor shows what is missing and how to install it"
    )


def test_ssh_without_what_the_sdk_imports_for_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own words name a package that nothing asks for."""
    monkeypatch.setattr(sdk_client, "find_spec", lambda _: None)
    with pytest.raises(MissingToolError) as caught:
        Engine(Endpoint("ssh://deploy@b", "DOCKER_HOST")).info()
    assert str(caught.value) == (
        "ssh:// needs the package paramiko: the Docker SDK imports it, and then runs this machine's ssh\n"
        "  → install the extra: pip install 'dockgate[ssh]'"
    )


def test_a_request_of_a_swarm_goes_through_the_sdks_session(sdk: MagicMock, engine: Engine) -> None:
    """A path may name its version; what the engine says no to keeps its status."""
    sdk.api.base_url, sdk.api.api_version = "http://there", "1.51"
    sdk.api.request.return_value = SimpleNamespace(ok=True, content=b"[]")
    assert engine.request("GET", "/nodes", {"a": "b"}) == b"[]"
    engine.request("POST", "/v1.47/images/json", body={"c": 1}, headers={"X-Registry-Auth": "e30="})
    engine.request("GET", "/nodes", timeout=3.0)
    login = {"X-Registry-Auth": "e30="}
    assert sdk.api.request.mock_calls == [
        call("GET", "http://there/v1.51/nodes", params={"a": "b"}, json=None, timeout=90, headers={}),
        call("POST", "http://there/v1.47/images/json", params={}, json={"c": 1}, timeout=90, headers=login),
        call("GET", "http://there/v1.51/nodes", params={}, json=None, timeout=3.0, headers={}),
    ]
    for said, heard in ((b'{"message": "no"}', "no"), (b"no\xff", "no\ufffd"), (b"[]", "[]"), (b"{}", "{}")):
        sdk.api.request.return_value = SimpleNamespace(ok=False, content=said, status_code=404)
        with pytest.raises(RefusedError) as caught:
            engine.request("DELETE", "/services/x")
        assert (caught.value.what, caught.value.status) == (heard, 404)


def test_the_client_is_made_for_the_endpoint_with_the_users_own_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the environment, or of the context; ssh goes through the user's ssh."""
    made = MagicMock()
    monkeypatch.setattr("docker.DockerClient", made)
    monkeypatch.setattr(sdk_client, "find_spec", {"paramiko": "there"}.get)
    environment = {"tls": "from env"}
    monkeypatch.setattr("docker.utils.kwargs_from_env", lambda: environment)
    contexts = {"b": SimpleNamespace(TLSConfig="from context"), "c": SimpleNamespace(TLSConfig=None)}
    monkeypatch.setattr("docker.context.ContextAPI.get_context", contexts.__getitem__)
    assert Engine(Endpoint("tcp://a:2376", "DOCKER_HOST")).client is made.return_value
    assert Engine(Endpoint("ssh://deploy@b", "active context", "b")).client is made.return_value
    assert Engine(Endpoint("tcp://c", "active context", "c")).client is made.return_value
    environment.clear()
    assert Engine(Endpoint("tcp://a:2376", "DOCKER_HOST")).client is made.return_value
    assert made.mock_calls == [
        call(base_url="tcp://a:2376", tls="from env", timeout=90, use_ssh_client=False),
        call(base_url="ssh://deploy@b", tls="from context", timeout=90, use_ssh_client=True),
        call(base_url="tcp://c", tls=False, timeout=90, use_ssh_client=False),
        call(base_url="tcp://a:2376", tls=False, timeout=90, use_ssh_client=False),
    ]


ALONE = """
import sys
from dockgate.core.endpoint import Endpoint
from dockgate.core.errors import MissingToolError
from dockgate.engine import sdk_client

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("docker", "requests") and not sdk_client._LOADING.locked():
            print(name)

sys.meta_path.insert(0, Finder())
try:
    sdk_client.Engine(Endpoint("unix:///nowhere/docker.sock", "default")).containers({})
except MissingToolError:
    print("asked")
"""


def test_the_sdk_is_loaded_by_one_thread_at_a_time() -> None:
    """Its packages import each other: of two threads that begin with different ones, one finds a half-made module."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["asked"]
