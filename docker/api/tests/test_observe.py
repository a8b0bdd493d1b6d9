import json
import logging

import pytest
from conftest import PASSWORD
from starlette.testclient import TestClient

from dockyard.observe import JsonFormatter, configure_logs


def test_a_record_is_one_line_of_json_with_its_fields_and_exception() -> None:
    error = ValueError("with\na line end")
    record = logging.LogRecord("name", logging.ERROR, "", 0, "text %d", (1,), (ValueError, error, None))
    record.fields = {"job": 7}
    line = JsonFormatter().format(record)
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["message"], entry["level"], entry["job"]) == ("text 1", "error", 7)
    assert "ValueError" in entry["exception"]


def test_a_request_is_logged_without_credentials(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("debug")
    logging.getLogger("asyncio").setLevel("WARNING")
    client.post("/api/accounts", json={"email": "ann@example.com", "password": PASSWORD})
    token = client.post("/api/login", json={"email": "ann@example.com", "password": PASSWORD}).json()["token"]
    client.get("/api/me", headers={"Authorization": f"Bearer {token}", "X-Request-ID": "abc"})
    logging.basicConfig(level="WARNING", handlers=[logging.NullHandler()], force=True)
    logged = capsys.readouterr().out
    requests = [entry for entry in map(json.loads, logged.splitlines()) if entry["message"] == "request"]
    assert [(entry["path"], entry["status"]) for entry in requests] == [
        ("/api/accounts", 202),
        ("/api/login", 200),
        ("/api/me", 200),
    ]
    assert requests[-1]["request_id"] == "abc"
    assert PASSWORD not in logged
    assert token not in logged
