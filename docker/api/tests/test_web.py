from typing import Any

import asyncpg
import pytest
from conftest import ANN, PASSWORD, MemoryDatabase, bearer, code_after, enrol, sign_in, sign_up
from fakeredis import FakeServer
from starlette.testclient import TestClient

from dockyard.web import COOKIE

# ---- accounts


def test_an_account_starts_as_a_user_and_its_password_is_not_kept(client: TestClient, database: MemoryDatabase) -> None:
    assert sign_up(client, "Ann@Example.com").status_code == 202
    assert (database.rows[1].role, database.rows[1].email) == ("user", ANN)
    assert PASSWORD not in database.rows[1].password_hash


def test_an_address_is_taken_once_in_any_case_and_no_answer_says_so(
    client: TestClient, database: MemoryDatabase
) -> None:
    """Whose it is finds the attempt in the audit trail, and keeps the password."""
    first, second = (sign_up(client, email, password) for email, password in ((ANN, PASSWORD), (ANN.upper(), "b" * 12)))
    assert (first.status_code, first.content, {**first.headers}) == (202, b"", {**second.headers})
    assert (second.status_code, second.content) == (202, b"")
    assert (len(database.rows), database.trail) == (1, [(1, "registered"), (1, "registered again")])
    assert sign_in(client).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"email": ANN, "password": "short"},
        {"email": "nowhere", "password": PASSWORD},
        {"email": ANN},
        {"email": ANN, "password": ["a", "list"]},
        [],
    ],
)
def test_a_wrong_registration_is_refused(client: TestClient, database: MemoryDatabase, body: Any) -> None:
    assert client.post("/api/accounts", json=body).status_code == 422
    assert database.rows == {}


def test_a_role_cannot_be_chosen(client: TestClient, database: MemoryDatabase) -> None:
    client.post("/api/accounts", json={"email": ANN, "password": PASSWORD, "role": "admin"})
    assert database.rows[1].role == "user"


def test_forms_are_refused_because_other_sites_can_send_them(client: TestClient) -> None:
    answer = client.post("/api/login", data={"email": ANN, "password": PASSWORD})
    assert answer.status_code == 415


def test_a_large_body_is_refused(client: TestClient) -> None:
    answer = client.post("/api/login", content=b" " * 20_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


# ---- sessions


@pytest.mark.parametrize(("email", "password"), [(ANN, "wrong"), ("nobody@example.com", PASSWORD)])
def test_wrong_credentials_get_one_answer(client: TestClient, email: str, password: str) -> None:
    sign_up(client)
    answer = sign_in(client, email, password)
    assert (answer.status_code, answer.json()) == (401, {"error": "wrong address, password or code"})


def test_a_session_works_by_bearer_token_and_by_cookie(client: TestClient, ann: dict[str, str]) -> None:
    token = ann["Authorization"].split()[1]
    assert client.get("/api/me", headers=ann).json()["email"] == ANN
    assert client.get("/api/me", headers={"Cookie": f"{COOKIE}={token}"}).json()["email"] == ANN
    assert client.get("/api/me").status_code == 401
    assert client.get("/api/me", headers={"Authorization": "Bearer guessed"}).status_code == 401


def test_an_account_sees_its_sessions_and_ends_them(client: TestClient, ann: dict[str, str]) -> None:
    other = bearer(sign_in(client))
    listed = client.get("/api/sessions", headers=ann).json()["sessions"]
    assert [each["current"] for each in listed].count(True) == 1
    ended = next(each["id"] for each in listed if not each["current"])
    answers = [client.delete(f"/api/sessions/{ended}", headers=ann) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 404]
    assert [client.get("/api/me", headers=each).status_code for each in (ann, other)] == [200, 401]


def test_no_account_ends_the_session_of_another(client: TestClient, ann: dict[str, str]) -> None:
    sign_up(client, "bob@example.com")
    bob = bearer(sign_in(client, "bob@example.com"))
    his = client.get("/api/sessions", headers=bob).json()["sessions"][0]["id"]
    assert client.delete(f"/api/sessions/{his}", headers=ann).status_code == 404
    assert client.get("/api/me", headers=bob).status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    sign_up(client)
    flags = sign_in(client).headers["set-cookie"].lower()
    assert all(flag in flags for flag in ("__host-", "httponly", "secure", "samesite=strict", "path=/"))


def test_signing_out_ends_the_session(client: TestClient, ann: dict[str, str]) -> None:
    assert client.post("/api/logout", headers=ann).status_code == 204
    assert client.get("/api/me", headers=ann).status_code == 401


def test_guessing_is_slowed_down_even_with_the_right_password_in_the_end(client: TestClient) -> None:
    sign_up(client)
    answers = [sign_in(client, password="wrong").status_code for _ in range(10)]
    limited = sign_in(client)
    assert set(answers) == {401}
    assert (limited.status_code, int(limited.headers["Retry-After"]) > 0) == (429, True)


def test_one_client_that_tries_many_addresses_is_slowed_down(client: TestClient) -> None:
    sign_up(client)
    assert {sign_in(client).status_code for _ in range(60)} == {200}
    answers = [sign_in(client, f"a{number}@example.com", "wrong").status_code for number in range(60)]
    assert (answers[:50], answers[50:]) == ([401] * 50, [429] * 10)


def test_one_client_cannot_ask_for_many_addresses_by_registering(client: TestClient) -> None:
    """Taken or free, before the password is hashed; signing in goes on."""
    sign_up(client)
    answers = [sign_up(client, f"a{number % 5}@example.com").status_code for number in range(60)]
    assert (set(answers[:49]), set(answers[49:])) == ({202}, {429})
    assert int(sign_up(client).headers["Retry-After"]) > 0
    assert sign_in(client).status_code == 200


@pytest.mark.parametrize("email", ["a\0@example.com", "a@exam\0ple.com", "a@example.com\n", "a\x1b@example.com"])
def test_an_address_has_no_control_characters(client: TestClient, email: str) -> None:
    assert [sign_up(client, email).status_code, sign_in(client, email).status_code] == [422, 422]


@pytest.mark.parametrize("number", [2**63, 2**64, "9" * 5000, "-1", "1.5", "x", "\u0661"])
def test_a_number_that_no_job_can_have_is_not_found(client: TestClient, ann: dict[str, str], number: object) -> None:
    assert client.get(f"/api/jobs/{number}", headers=ann).status_code == 404
    assert client.get(f"/api/events?seconds={number}", headers=ann).status_code in {200, 422}


def test_answers_are_not_cached(client: TestClient, ann: dict[str, str]) -> None:
    assert client.get("/api/me", headers=ann).headers["Cache-Control"] == "no-store"


# ---- roles


def test_users_do_not_reach_the_admin_route(client: TestClient, ann: dict[str, str]) -> None:
    assert client.get("/api/admin/accounts").status_code == 401
    assert client.get("/api/admin/accounts", headers=ann).status_code == 403


def test_admins_reach_it_with_both_factors_only(
    client: TestClient, ann: dict[str, str], database: MemoryDatabase
) -> None:
    database.change(ANN, role="admin")
    assert client.get("/api/admin/accounts", headers=ann).status_code == 403
    both = bearer(sign_in(client, totp=code_after(enrol(client, ann))))
    answer = client.get("/api/admin/accounts", headers=both)
    assert [account["email"] for account in answer.json()["accounts"]] == [ANN]
    assert "argon2" not in answer.text
    database.change(ANN, role="user")
    assert client.get("/api/admin/accounts", headers=both).status_code == 403


# ---- stores that are away


def test_without_the_cache_answers_are_503(client: TestClient, ann: dict[str, str], server: FakeServer) -> None:
    server.connected = False
    assert client.get("/api/me", headers=ann).status_code == 503


def test_without_the_database_answers_are_503(
    client: TestClient, ann: dict[str, str], database: MemoryDatabase
) -> None:
    database.head = None
    assert client.get("/api/me", headers=ann).status_code == 503


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError,  # it starts, or recovers from a crash
        asyncpg.AdminShutdownError,
        asyncpg.TooManyConnectionsError,
        asyncpg.DiskFullError,
        asyncpg.PostgresIOError,
        asyncpg.InternalClientError,  # the connection ended as the query began
    ],
)
def test_a_database_that_cannot_just_now_is_away(
    client: TestClient,
    ann: dict[str, str],
    database: MemoryDatabase,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
) -> None:
    async def account(**_: object) -> None:
        raise error("not now")

    monkeypatch.setattr(database, "account", account)
    answer = client.get("/api/me", headers=ann)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
