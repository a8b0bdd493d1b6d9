import contextlib

import pytest
from conftest import PASSWORD, MemoryDatabase
from fakeredis import FakeServer
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dockyard import live
from dockyard.operations import Operations


@pytest.fixture
def ann(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The headers of a user who signed in."""
    monkeypatch.setattr(live, "LOOK", 0.02)
    body = {"email": "ann@example.com", "password": PASSWORD}
    client.post("/api/accounts", json=body)
    token = client.post("/api/login", json=body).json()["token"]
    client.cookies.clear()
    return {"Authorization": f"Bearer {token}"}


def test_jobs_are_sent_at_first_when_they_change_and_on_demand(client: TestClient, ann: dict[str, str]) -> None:
    with client.websocket_connect("/api/live", headers=ann) as socket:
        assert socket.receive_json() == {"jobs": []}
        socket.send_text("?")
        assert socket.receive_json() == {"jobs": []}
        client.post("/api/jobs", headers=ann, json={"kind": "activity"})
        assert socket.receive_json()["jobs"][0]["state"] == "queued"


def test_a_stop_asks_to_connect_again(client: TestClient, ann: dict[str, str], operations: Operations) -> None:
    with client.websocket_connect("/api/live", headers=ann) as socket:
        socket.receive_json()
        operations.drain.begun = True
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_json()
    assert (ended.value.code, ended.value.reason) == (1012, "restarting")


def test_a_stop_does_not_wait_for_the_next_look(
    client: TestClient, ann: dict[str, str], operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK", 3600.0)
    with client.websocket_connect("/api/live", headers=ann) as socket:
        socket.receive_json()
        operations.drain.begun = True
        assert client.portal
        client.portal.call(operations.drain.told.set)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_json()
    assert ended.value.code == 1012


def test_a_session_that_ends_ends_it(client: TestClient, ann: dict[str, str]) -> None:
    with client.websocket_connect("/api/live", headers=ann) as socket:
        socket.receive_json()
        client.post("/api/logout", headers=ann)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_json()
    assert ended.value.code == 4401


@pytest.mark.parametrize(("more", "code"), [({}, 4401), ({"Origin": "https://elsewhere.test"}, 4403)])
def test_strangers_and_other_sites_are_refused(client: TestClient, more: dict[str, str], code: int) -> None:
    with client.websocket_connect("/api/live", headers=more) as socket, pytest.raises(WebSocketDisconnect) as ended:
        socket.receive_json()
    assert ended.value.code == code


def test_a_store_that_is_away_asks_to_try_later(
    client: TestClient, ann: dict[str, str], server: FakeServer, database: MemoryDatabase
) -> None:
    with client.websocket_connect("/api/live", headers=ann) as socket:
        socket.receive_json()
        server.connected = False
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_json()
    assert ended.value.code == 1013


def test_a_client_may_hang_up(client: TestClient, ann: dict[str, str]) -> None:
    with contextlib.suppress(WebSocketDisconnect), client.websocket_connect("/api/live", headers=ann) as socket:
        socket.receive_json()
        socket.close()
