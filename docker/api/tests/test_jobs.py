import pytest
from conftest import bearer, sign_in, sign_up
from fakeredis import FakeServer
from starlette.testclient import TestClient

# ---- jobs


def test_a_job_is_stored_and_queued(client: TestClient, ann: dict[str, str], server: FakeServer) -> None:
    answer = client.post("/api/jobs", headers=ann, json={"kind": "activity"})
    assert (answer.status_code, answer.json()) == (202, {"id": 1, "state": "queued"})
    assert client.get("/api/jobs/1", headers=ann).json()["state"] == "queued"
    assert [job["id"] for job in client.get("/api/jobs", headers=ann).json()["jobs"]] == [1]


def test_a_job_is_its_owners_alone(client: TestClient, ann: dict[str, str]) -> None:
    client.post("/api/jobs", headers=ann, json={"kind": "activity"})
    sign_up(client, "bob@example.com")
    bob = bearer(sign_in(client, "bob@example.com"))
    assert client.get("/api/jobs/1", headers=bob).status_code == 404
    assert client.get("/api/jobs", headers=bob).json() == {"jobs": []}


def test_an_unknown_kind_is_refused_and_needs_a_session(client: TestClient, ann: dict[str, str]) -> None:
    assert client.post("/api/jobs", headers=ann, json={"kind": "other"}).status_code == 422
    assert client.post("/api/jobs", json={"kind": "activity"}).status_code == 401


# ---- streams


def test_a_stream_of_events_lasts_and_says_its_end(client: TestClient, ann: dict[str, str]) -> None:
    answer = client.get("/api/events?seconds=1", headers=ann)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.split("\n\n")[:2] == ['data: {"registered":1,"signed in":1}', "event: end\ndata: {}"]


@pytest.mark.parametrize("seconds", ["0", "61", "-1", "x", ""])
def test_a_stream_lasts_a_minute_at_most(client: TestClient, ann: dict[str, str], seconds: str) -> None:
    assert client.get(f"/api/events?seconds={seconds}", headers=ann).status_code == 422


def test_a_stream_is_for_who_signed_in(client: TestClient) -> None:
    assert client.get("/api/events").status_code == 401
