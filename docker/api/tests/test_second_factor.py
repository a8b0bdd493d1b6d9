import pyotp
from conftest import bearer, code_after, enrol, sign_in
from starlette.testclient import TestClient


def test_with_a_second_factor_both_are_needed(client: TestClient, ann: dict[str, str]) -> None:
    totp = enrol(client, ann)
    asked = sign_in(client)
    assert (asked.status_code, asked.json()) == (401, {"error": "second factor required"})
    assert sign_in(client, password="wrong", totp=code_after(totp)).status_code == 401
    assert sign_in(client, totp="000000").status_code == 401
    assert sign_in(client, totp=code_after(totp)).json()["second_factor"] is True


def test_a_code_works_once(client: TestClient, ann: dict[str, str]) -> None:
    code = code_after(enrol(client, ann))
    assert [sign_in(client, totp=code).status_code for _ in range(2)] == [200, 401]


def test_the_code_that_confirms_works_once_too(client: TestClient, ann: dict[str, str]) -> None:
    totp = pyotp.TOTP(client.post("/api/totp", headers=ann).json()["secret"])
    code = totp.now()
    assert client.post("/api/totp/confirm", headers=ann, json={"code": code}).status_code == 204
    assert sign_in(client, totp=code).status_code == 401


def test_turning_it_on_ends_sessions_that_were_opened_without(client: TestClient, ann: dict[str, str]) -> None:
    other = bearer(sign_in(client))
    enrol(client, ann)
    assert [client.get("/api/me", headers=headers).status_code for headers in (ann, other)] == [401, 401]


def test_it_is_off_until_a_code_was_shown(client: TestClient, ann: dict[str, str]) -> None:
    assert client.post("/api/totp/confirm", headers=ann, json={"code": "123456"}).status_code == 422
    client.post("/api/totp", headers=ann)
    assert client.post("/api/totp/confirm", headers=ann, json={"code": "000000"}).status_code == 422
    assert sign_in(client).status_code == 200


def test_it_cannot_be_replaced_by_whoever_has_a_session(client: TestClient, ann: dict[str, str]) -> None:
    totp = enrol(client, ann)
    assert client.post("/api/totp", headers=bearer(sign_in(client, totp=code_after(totp)))).status_code == 409
