"""Requests that the API's description allows, and such that it forbids: none is answered with 5xx.

In memory by default. Against a stack in development: `nox -s app -- tests/test_fuzz.py --url=http://127.0.0.1:8080`.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import schemathesis
from conftest import PASSWORD, MemoryDatabase
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from starlette.testclient import TestClient

from dockyard import credentials, web
from dockyard.cache import Cache
from dockyard.credentials import SecondFactor
from dockyard.operations import Operations
from dockyard.settings import load

EXAMPLES = 100  # of each kind, for each operation
REQUESTS = 2000
DOCUMENT = "/api/openapi.json"
ANN = {"email": "ann@example.com", "password": PASSWORD}
LASTS = "/api/events"  # up to a minute for each request


class Target:
    """The application: where requests go, and the session that they carry."""

    def __init__(self, schema: Any, client: Any) -> None:
        self.schema, self._client = schema, client
        self.headers: dict[str, str] = {}
        self._client.post("/api/accounts", json=ANN)
        self.sign_in()

    def sign_in(self) -> None:
        """Open a session."""
        token = self._client.post("/api/login", json=ANN).json()["token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, case: Case[Any]) -> int:
        """Send one request; one that ended the session is followed by another session."""
        status = case.call(headers=self.headers).status_code
        if case.path == "/api/logout":
            self.sign_in()
        return int(status)


@pytest.fixture
def target(
    request: pytest.FixtureRequest, environ: dict[str, str], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Target]:
    """The running application that `--url` names, or one in memory, without limits and waits."""
    if url := request.config.getoption("--url"):
        with httpx2.Client(base_url=url, timeout=30) as live:
            yield Target(schemathesis.openapi.from_url(f"{url}{DOCUMENT}").exclude(path=LASTS), live)
        return
    monkeypatch.setattr(web, "PAUSE", 0.0)
    monkeypatch.setattr(credentials, "OPERATIONS", 1)
    monkeypatch.setattr(credentials, "MEMORY", 8192)

    async def attempt(*_: object) -> int:
        return 0

    monkeypatch.setattr(Cache, "attempt", attempt)
    debug = load(environ | {"DEBUG": "true"}, "SESSION_KEY", "TOTP_ENCRYPTION_KEY")
    app = web.application(Operations(debug, MemoryDatabase(), cache), SecondFactor("t" * 32, "dockyard.test"))
    with TestClient(app, base_url="https://dockyard.test") as client:
        yield Target(schemathesis.openapi.from_asgi(DOCUMENT, app), client)


@pytest.mark.no_cover  # traced, it takes more than twice the time
def test_no_request_is_answered_with_5xx(target: Target) -> None:
    answers: Counter[tuple[str, int]] = Counter()

    for operation in (found.ok() for found in target.schema.get_all_operations()):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case[Any]) -> None:
                status = target.ask(case)
                answers[operation.label, status] += 1  # noqa: B023 - called before the next one
                assert status < 500, case.as_curl_command()

            with contextlib.suppress(Unsatisfiable):  # what takes nothing takes nothing wrong
                ask()

    print(sorted(answers.items()))
    assert sum(answers.values()) >= REQUESTS
    assert len({label for label, status in answers if status < 300}) >= 8, answers  # most are also allowed something
