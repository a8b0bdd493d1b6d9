"""The application works, through the gateway: accounts, second factor, roles, jobs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import httpx
import pyotp

from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from tests.app.client import Client
    from tests.app.plugin import Stack

PASSWORD = secrets.token_urlsafe(18)


def register(client: Client) -> str:
    email = f"{secrets.token_hex(6)}@example.org"
    assert client.post("/api/accounts", email=email, password=PASSWORD).status_code == httpx.codes.ACCEPTED
    return email


def enrol(client: Client, email: str, password: str) -> str:
    """Turn the second factor on and return its secret."""
    token = client.token(email, password)
    factor = str(client.post("/api/totp", token).json()["secret"])
    confirmed = client.post("/api/totp/confirm", token, code=pyotp.TOTP(factor).now())
    assert confirmed.status_code == httpx.codes.NO_CONTENT, confirmed.text
    return factor


def test_is_ready(client: Client) -> None:
    """Database, cache and migrations."""
    assert eventually(lambda: client.get("/readyz").json(), lambda said: said["ready"])["ready"] is True


def test_says_where_it_runs(client: Client, stack: Stack) -> None:
    """The environment that was asked for."""
    assert client.get("/version").json()["environment"] == stack.environment


def test_login_needs_the_second_factor_once_it_is_on(client: Client) -> None:
    """The password alone is refused, with the code it is accepted, and a session opened before is over."""
    email = register(client)
    before = client.token(email, PASSWORD)
    factor = enrol(client, email, PASSWORD)
    assert client.login(email, PASSWORD).status_code == httpx.codes.UNAUTHORIZED
    assert client.get("/api/me", before).status_code == httpx.codes.UNAUTHORIZED
    me = client.get("/api/me", client.token(email, PASSWORD, factor)).json()
    assert (me["email"], me["second_factor"]) == (email, True)


def test_wrong_password_is_refused(client: Client) -> None:
    """As is an account that does not exist, with the same words."""
    email = register(client)
    wrong, nobody = client.login(email, "not the password"), client.login("nobody@example.org", PASSWORD)
    assert (wrong.status_code, wrong.text) == (httpx.codes.UNAUTHORIZED, nobody.text)


def test_roles_guard_the_admin_route(client: Client, stack: Stack) -> None:
    """A request without a session and a user are refused; an admin with both factors is let in."""
    assert client.get("/api/admin/accounts").status_code == httpx.codes.UNAUTHORIZED
    user = client.token(register(client), PASSWORD)
    assert client.get("/api/admin/accounts", user).status_code == httpx.codes.FORBIDDEN
    email, password = f"{secrets.token_hex(6)}@example.org", secrets.token_urlsafe(18)
    create_admin(stack, email, password)
    factor = enrol(client, email, password)
    listed = client.get("/api/admin/accounts", client.token(email, password, factor))
    assert listed.status_code == httpx.codes.OK
    assert email in {account["email"] for account in listed.json()["accounts"]}


def create_admin(stack: Stack, email: str, password: str) -> None:
    """As an operator would: the password on stdin, not in an argument."""
    settings = (f"--set=ADMIN_EMAIL={email}", "--set=ADMIN_PASSWORD_FILE=/dev/stdin")
    command = ("python3", "-m", "dockyard", "create-admin")
    stack.checkout.inv("exec", *stack.flags, "--service=api", *settings, "--", *command, stdin=password)


def test_a_job_runs_on_the_worker(client: Client) -> None:
    """Queued through the API, done by the worker."""
    token = client.token(register(client), PASSWORD)
    kinds = client.post("/api/jobs", token, kind="nonsense").json()["error"]
    kind = kinds.removeprefix("kind is one of: ").split(", ")[0]
    job = client.post("/api/jobs", token, kind=kind).json()
    state = eventually(lambda: client.get(f"/api/jobs/{job['id']}", token).json(), lambda said: said["state"] == "done")
    assert state["state"] == "done", state
