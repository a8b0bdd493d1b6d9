"""Ports that are asked for without taking them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Self

from dockgate.stack import doctor

if TYPE_CHECKING:
    import pytest


def test_a_port_that_only_root_may_have_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be free; one whose last connections still end is."""
    asked: list[tuple[object, ...]] = []

    class Probe:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            asked.append(("closed",))

        def setsockopt(self, *words: object) -> None:
            asked.append(words)

        def bind(self, address: object) -> None:
            asked.append((address,))
            raise PermissionError

    monkeypatch.setattr(socket, "socket", Probe)
    found = doctor._port("HTTP", 80)
    assert found == doctor.Check("port 80", good=True, found="HTTP: only root can check whether it is free")
    assert asked == [(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), (("127.0.0.1", 80),), ("closed",)]
