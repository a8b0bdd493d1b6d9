import pytest
from conftest import MemoryDatabase
from fakeredis import FakeServer
from starlette.testclient import TestClient

from dockyard.migrations import HEAD
from dockyard.operations import Operations

OK = {"database": "ok", "migrations": "ok", "cache": "ok"}


@pytest.mark.parametrize("head", [HEAD, HEAD + 1], ids=["at the head", "ahead, after a rollback"])
def test_ready_with_both_stores_and_the_schema(client: TestClient, database: MemoryDatabase, head: int) -> None:
    database.head = head
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": OK})


def test_not_ready_while_migrations_are_behind(client: TestClient, database: MemoryDatabase) -> None:
    database.head = HEAD - 1
    answer = client.get("/readyz")
    behind = f"at {HEAD - 1}, this version needs {HEAD}"
    assert (answer.status_code, answer.json()["checks"]) == (503, OK | {"migrations": behind})


def test_not_ready_without_the_database(client: TestClient, database: MemoryDatabase) -> None:
    database.head = None
    answer = client.get("/readyz")
    away = {"database": "unreachable", "migrations": "unknown"}
    assert (answer.status_code, answer.json()["checks"]) == (503, OK | away)


def test_not_ready_without_the_cache_but_alive(client: TestClient, server: FakeServer) -> None:
    server.connected = False
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, OK | {"cache": "unreachable"})
    assert client.get("/healthz").status_code == 200


def test_not_ready_once_it_was_told_to_stop_but_alive(client: TestClient, operations: Operations) -> None:
    operations.drain.begun = True
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"process": "stopping"})
    assert client.get("/healthz").status_code == 200


def test_the_version_names_release_environment_and_schema(client: TestClient) -> None:
    said = client.get("/version").json()
    assert said["environment"] == "staging"
    assert said["migration_head"] == HEAD


def test_requests_are_counted_by_handler_not_by_path(client: TestClient) -> None:
    client.get("/api/jobs/12345")
    counted = [line for line in client.get("/metrics").text.splitlines() if line.startswith("http_requests_total")]
    assert any('handler="job",method="GET",status="401"' in line for line in counted)
    assert not any("12345" in line for line in counted)
