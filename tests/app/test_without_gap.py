"""Connections that last, while their replica is replaced; in development the API has a port, and cannot roll."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.app.test_application import PASSWORD, register
from tests.app.websocket import CLOSE, TEXT

if TYPE_CHECKING:
    from tests.app.client import Client
    from tests.app.plugin import Stack


@pytest.mark.parametrize("only", [("staging", "prod")], indirect=True)
@pytest.mark.usefixtures("only")
def test_a_websocket_is_told_of_a_restart(client: Client, stack: Stack) -> None:
    """Through the gateway it answers; when its replica is replaced it is closed with 1012, and connects again."""
    token = client.token(register(client), PASSWORD)
    live = client.live(token)
    assert (live.status, live.receive()) == (101, (TEXT, b'{"jobs":[]}'))
    live.send(b"?")
    assert live.receive() == (TEXT, b'{"jobs":[]}')
    with ThreadPoolExecutor(1) as beside:
        restart = beside.submit(stack.checkout.inv, "restart", *stack.flags, "--service=api")
        assert live.receive() == (CLOSE, (1012).to_bytes(2, "big") + b"restarting")
        restart.result()
    live.close()
    again = client.live(token)
    assert (again.status, again.receive()[0]) == (101, TEXT)
    again.close()


@pytest.mark.parametrize("only", [("staging", "prod")], indirect=True)
@pytest.mark.usefixtures("only")
def test_a_request_that_lasts_ends_well_while_its_replica_is_replaced(client: Client, stack: Stack) -> None:
    """It is told its end, and not cut off."""
    token = client.token(register(client), PASSWORD)
    with (
        ThreadPoolExecutor(1) as beside,
        client.http.stream("GET", "/api/events?seconds=8", headers={"Authorization": f"Bearer {token}"}) as answer,
    ):
        restart = beside.submit(stack.checkout.inv, "restart", *stack.flags, "--service=api")
        lines = list(answer.iter_lines())
        restart.result()
    assert "event: end" in lines
