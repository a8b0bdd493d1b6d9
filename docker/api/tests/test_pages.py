import asyncio
import re
from collections.abc import Mapping

import pyotp
import pytest
from conftest import PASSWORD, MemoryDatabase, code_after
from fakeredis import FakeServer
from httpx2 import Response
from starlette.testclient import TestClient

from dockyard import access, pages
from dockyard.cache import Cache
from dockyard.credentials import SecondFactor
from dockyard.migrations import HEAD
from dockyard.operations import Operations
from dockyard.settings import load
from dockyard.web import application

ANN = "ann@example.com"
REGISTERED = "If this address had no account, it has one now: sign in."
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here that an order could wait for."""
    monkeypatch.setattr(pages, "SETTLE", 0.0)


def get(client: TestClient, path: str = "/") -> Response:
    return client.get(path, headers=HTML)


def send(client: TestClient, path: str, **fields: str) -> Response:
    return client.post(path, data=fields, headers=HTML | {"Content-Type": pages.FORM})


@pytest.fixture
def ann(client: TestClient) -> TestClient:
    """A browser that signed up and in."""
    assert REGISTERED in send(client, "/sign-up", email=ANN, password=PASSWORD).text
    assert "You are signed in." in send(client, "/sign-in", email=ANN, password=PASSWORD).text
    return client


def test_registering_a_taken_address_shows_the_same_page(client: TestClient) -> None:
    first, second = (send(client, "/sign-up", email=ANN, password=password) for password in (PASSWORD, "b" * 12))
    assert (first.status_code, second.text) == (200, first.text)
    assert REGISTERED in first.text


def test_the_first_page_asks_to_sign_in_and_shows_version_environment_and_health(client: TestClient) -> None:
    text = get(client).text
    assert '<form method="post" action="/sign-in">' in text
    assert 'data-environment="staging"' in text
    assert "0.0.0+unversioned" in text
    assert text.count('<li class="good">') == 3


def test_what_is_wrong_is_on_the_first_page(client: TestClient, database: MemoryDatabase) -> None:
    database.head = HEAD - 1
    assert f"at {HEAD - 1}, this version needs {HEAD}" in get(client).text


def test_no_script_and_nothing_of_others_is_allowed(client: TestClient) -> None:
    answer = get(client)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert not re.search(r"<script|style=|\son\w+=", answer.text)
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_signing_in_and_out(client: TestClient, ann: TestClient) -> None:
    assert send(client, "/sign-out").url.query == b"notice=signed-out"
    assert 'action="/sign-in"' in get(client).text
    assert ANN in send(client, "/sign-in", email=ANN, password=PASSWORD, totp="").text


def test_a_refused_sign_in_keeps_the_address_and_not_the_password(client: TestClient, ann: TestClient) -> None:
    send(client, "/sign-out")
    answer = send(client, "/sign-in", email=ANN, password="not the password")
    assert answer.status_code == 401
    assert "Wrong address, password or code." in answer.text
    assert f'value="{ANN}"' in answer.text
    assert "not the password" not in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "nowhere", "password": PASSWORD}, "Enter an email address"),
        ({"email": ANN, "password": "short"}, "A password has 12 to 128 characters."),
        ({"email": ANN}, "A password has 12 to 128 characters."),
    ],
)
def test_a_wrong_registration_says_what_to_enter(client: TestClient, fields: Mapping[str, str], said: str) -> None:
    answer = send(client, "/sign-up", **fields)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_too_many_attempts_say_when_to_try_again(client: TestClient) -> None:
    answers = [send(client, "/sign-in", email=ANN, password="wrong") for _ in range(11)]
    assert answers[-1].status_code == 429
    assert "try again in" in answers[-1].text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://dockyard.test"}, 200),
        ({}, 200),
    ],
)
def test_forms_of_other_sites_are_refused(
    client: TestClient, ann: TestClient, headers: Mapping[str, str], status: int
) -> None:
    answer = client.post("/jobs", data={"kind": "activity"}, headers={"Accept": "text/html", **headers})
    assert answer.status_code == status


def test_only_forms_are_read(client: TestClient) -> None:
    assert client.post("/sign-in", json={"email": ANN}, headers=HTML).status_code == 415
    answer = client.post("/sign-in", content=b"\xff", headers=HTML | {"Content-Type": pages.FORM})
    assert answer.status_code == 422


def test_what_people_enter_is_text(client: TestClient) -> None:
    assert "<b>" not in send(client, "/sign-in", email="<b>@x.y", password="x" * 12).text
    assert "&lt;b&gt;" in send(client, "/sign-in", email="<b>@x.y", password="x" * 12).text


def test_a_job_is_ordered_and_shown(ann: TestClient, database: MemoryDatabase) -> None:
    assert "The worker got your job." in send(ann, "/jobs", kind="activity").text
    asyncio.run(database.set_job(1, "done", '{"registered": 1}'))
    text = get(ann).text
    assert all(word in text for word in ("#1", ">done<", "registered: 1"))


def test_the_second_factor_is_scanned_confirmed_and_then_needed(ann: TestClient) -> None:
    text = send(ann, "/second-factor").text
    assert "<svg" in text
    secret = re.search(r'<code class="secret">(\w+)</code>', text)
    assert secret
    assert "A code has six digits." in send(ann, "/second-factor/confirm", code="12").text
    assert "Wrong code" in send(ann, "/second-factor/confirm", code="000000").text
    totp = pyotp.TOTP(secret[1])
    assert "Your second factor is on." in send(ann, "/second-factor/confirm", code=totp.now()).text
    assert secret[1] not in get(ann, "/second-factor").text
    send(ann, "/sign-out")
    asked = send(ann, "/sign-in", email=ANN, password=PASSWORD)
    assert (asked.status_code, "This account has a second factor" in asked.text) == (401, True)
    assert "You are signed in." in send(ann, "/sign-in", email=ANN, password=PASSWORD, totp=code_after(totp)).text


def test_sessions_are_listed_and_ended(ann: TestClient, client: TestClient) -> None:
    here = client.cookies[access.COOKIE]
    client.cookies.clear()
    browser = HTML | {"User-Agent": "X Firefox/150 Linux"}
    client.post("/sign-in", data={"email": ANN, "password": PASSWORD}, headers=browser)
    there = client.cookies[access.COOKIE]
    client.cookies.clear()
    cookie = HTML | {"Cookie": f"{access.COOKIE}={here}"}
    text = client.get("/", headers=cookie).text
    assert "Firefox 150 on Linux" in text
    number = re.search(r'name="id" value="(\w+)"', text)
    assert number
    assert client.post("/sessions/end", data={"id": number[1]}, headers=cookie).status_code == 200
    assert client.post("/sessions/end", data={"id": number[1]}, headers=cookie).status_code == 404
    answers = [
        client.get("/api/me", headers={"Cookie": f"{access.COOKIE}={each}"}).status_code for each in (here, there)
    ]
    assert answers == [200, 401]


def test_accounts_are_for_admins_with_a_second_factor(ann: TestClient, database: MemoryDatabase) -> None:
    assert get(ann, "/accounts").status_code == 403
    assert 'href="/accounts"' not in get(ann).text
    database.change(ANN, role="admin")
    page = get(ann, "/accounts")
    assert (page.status_code, "Set up a second factor" in page.text) == (403, True)


def test_an_admin_sees_the_accounts(ann: TestClient, database: MemoryDatabase) -> None:
    database.change(ANN, role="admin")
    secret = re.search(r'<code class="secret">(\w+)</code>', send(ann, "/second-factor").text)
    assert secret
    send(ann, "/second-factor/confirm", code=pyotp.TOTP(secret[1]).now())
    assert "1 account, the newest first" in get(ann, "/accounts").text


def test_without_a_session_pages_lead_to_the_form(client: TestClient) -> None:
    assert get(client, "/second-factor").url.path == "/"


def test_a_browser_that_keeps_no_cookie_is_told_why(client: TestClient) -> None:
    assert "did not keep the session" in get(client, "/?notice=signed-in").text


def test_errors_are_pages_for_browsers_and_json_for_programs(client: TestClient, server: FakeServer) -> None:
    assert "<h1>Not Found.</h1>" in get(client, "/nowhere").text
    assert client.get("/nowhere").json() == {"error": "Not Found"}
    assert get(client, "/api/me").json() == {"error": "sign in first"}
    server.connected = False
    answer = get(client, "/accounts")
    assert (answer.status_code, "A store is unavailable." in answer.text) == (503, True)


def test_the_style_sheet_is_kept_by_browsers_until_the_version_changes(client: TestClient) -> None:
    address = re.search(r'href="(/static/dockyard.css[^"]*)"', get(client).text)
    assert address
    answer = client.get(address[1])
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")
    assert client.get("/static/../web.py").status_code == 404


def test_the_description_of_the_api_is_for_development(
    client: TestClient, environ: dict[str, str], database: MemoryDatabase, cache: Cache
) -> None:
    assert [client.get(path).status_code for path in ("/api", "/api/openapi.json")] == [404, 404]
    debug = load(environ | {"DEBUG": "true"}, "SESSION_KEY")
    app = application(Operations(debug, database, cache), SecondFactor("t" * 32, "dockyard.test"))
    with TestClient(app, base_url="https://dockyard.test") as developer:
        assert "/api/admin/accounts" in developer.get("/api", headers=HTML).text
        assert developer.get("/api/openapi.json").json()["openapi"] == "3.1.0"
