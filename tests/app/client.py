"""A user of the application, through the gateway."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyotp

from tests.app.websocket import WebSocket
from tests.integration import engine_facts


@dataclass
class Client:
    """An HTTP client that signs in; `base` is the gateway's address on this machine, `trusted` whom it trusts there."""

    base: str
    http: httpx.Client
    trusted: ssl.SSLContext | None = None

    @classmethod
    def of(cls, services: dict[str, list[dict[str, Any]]], *, development: bool) -> Client:
        """Return a client of a stack's gateway: https with the stack's own certificate, http in development."""
        gateway = services["gateway"][0]
        if development:
            base = f"http://127.0.0.1:{engine_facts.host_port(gateway, '8080/tcp')}"
            return cls(base, httpx.Client(base_url=base, timeout=60, trust_env=False))
        source = next(mount["Source"] for mount in gateway["Mounts"] if mount["Destination"].endswith("/TLS_CERT"))
        trusted = ssl.create_default_context(cadata=Path(source).read_text(encoding="utf-8"))
        base = f"https://127.0.0.1:{engine_facts.host_port(gateway, '8443/tcp')}"
        return cls(base, httpx.Client(base_url=base, timeout=60, verify=trusted, trust_env=False), trusted)

    def post(self, path: str, token: str = "", **body: str) -> httpx.Response:
        """POST JSON."""
        return self.http.post(path, json=body, headers=_bearer(token))

    def get(self, path: str, token: str = "") -> httpx.Response:
        """GET."""
        return self.http.get(path, headers=_bearer(token))

    def live(self, token: str) -> WebSocket:
        """Open the API's WebSocket."""
        return WebSocket(self.base, "/api/live", token, self.trusted)

    def login(self, email: str, password: str, factor: str = "") -> httpx.Response:
        """Sign in, with the next code of the secret `factor`."""
        code = {"totp": code_after(pyotp.TOTP(factor))} if factor else {}
        return self.post("/api/login", email=email, password=password, **code)

    def token(self, email: str, password: str, factor: str = "") -> str:
        """Return the token of a session."""
        answer = self.login(email, password, factor)
        assert answer.status_code == httpx.codes.OK, answer.text
        return str(answer.json()["token"])


def code_after(factor: pyotp.TOTP) -> str:
    """Return the code after the current one, which is accepted too: each works once, and the current one enrols.

    Either is taken for half a minute more at least, however slow the machine is.
    """
    return factor.at(time.time(), counter_offset=1)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
