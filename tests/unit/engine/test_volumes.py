"""Volumes: whose they are, and since when; what is gone meanwhile is no error."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.engine import volumes
from dockgate.engine.api import RefusedError

ALONE, OTHER = "a1" * 32, "b2" * 32


class Wire:
    """An engine with some containers and volumes; one answers with an error."""

    def volume(self, name: str) -> dict[str, Any]:
        return self._found({"data": {"CreatedAt": "2026-01-31"}, "old": {}}, name)

    def inspect(self, container: str) -> dict[str, Any]:
        mounts = [{"Name": ALONE, "Source": "/x"}, {"Source": "/srv"}, {"Type": "tmpfs"}, {"Name": "data"}]
        return self._found({"api": {"Mounts": mounts}, "db": {"Mounts": [{"Name": OTHER}]}, "job": {}}, container)

    def _found(self, known: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in known:
            raise RefusedError(f"no {name}", 500 if name == "broken" else 404)
        return known[name]


WIRE: Any = Wire()


@pytest.mark.parametrize(("name", "since"), [("data", "2026-01-31"), ("old", "unknown"), ("gone", "")])
def test_since_when_a_volume_is_there(name: str, since: str) -> None:
    assert volumes.created(WIRE, name) == since


def test_what_a_container_has_mounted() -> None:
    assert volumes.mounted(WIRE, "api") == (ALONE, "/srv", "", "data")
    assert volumes.mounted(WIRE, "job") == ()


def test_volumes_without_a_name_are_those_of_every_container() -> None:
    """One that is gone meanwhile has none."""
    assert volumes.anonymous(WIRE, ["api", "gone", "job", "db"]) == (ALONE, OTHER)


def test_another_refusal_is_an_error() -> None:
    for ask in (volumes.created, volumes.mounted):
        with pytest.raises(RefusedError, match="no broken"):
            ask(WIRE, "broken")
    with pytest.raises(RefusedError, match="no broken"):
        volumes.anonymous(WIRE, ["broken"])
