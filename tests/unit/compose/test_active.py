"""Profiles that are switched on, and what their services need."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.compose import active
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location


def place(*path: str) -> Location:
    return Location("compose.yaml", len(path))


def document(**api: Any) -> dict[str, Any]:
    services = {"api": api, "db": {"profiles": ["data"]}, "log": {"profiles": ["data", "debug"]}}
    return {"services": services}


NEEDS = {"depends_on": {"db": {"condition": "service_started", "required": True}}}


def check(seen: dict[str, Any], *asked: str, standing: tuple[str, ...] = ()) -> None:
    active.check(seen, asked, standing, place)


@pytest.mark.parametrize(
    ("api", "asked", "key", "line"),
    [
        (NEEDS, (), "services.api.depends_on.db", 4),
        (NEEDS, ("debug",), "services.api.depends_on.db", 4),
        ({"depends_on": {"db": None}}, (), "services.api.depends_on.db", 4),
        ({"network_mode": "service:db"}, (), "services.api.network_mode", 3),
        ({**NEEDS, "profiles": ["debug"]}, ("debug",), "services.api.depends_on.db", 4),
    ],
)
def test_a_needed_service_of_another_profile_is_refused(
    api: dict[str, Any], asked: tuple[str, ...], key: str, line: int
) -> None:
    """With the key, the service, and what switches it on."""
    with pytest.raises(ConfigError) as raised:
        check(document(**api), *asked)
    error = raised.value
    assert key in error.what
    assert "data" in error.what
    assert "--profile=data" in error.fix
    assert error.where == Location("compose.yaml", line)


@pytest.mark.parametrize(
    ("api", "asked", "standing"),
    [
        (NEEDS, ("data",), ()),
        (NEEDS, ("*",), ()),
        (NEEDS, (), ("data",)),
        ({"depends_on": {"db": {"required": False}}}, (), ()),
        ({**NEEDS, "profiles": ["data"]}, (), ()),
        ({"network_mode": "host"}, (), ()),
        ({"depends_on": {"gone": {}}}, (), ()),
    ],
)
def test_what_is_complete_is_not(api: dict[str, Any], asked: tuple[str, ...], standing: tuple[str, ...]) -> None:
    """Its profile is on, it need not be there, or nothing that is on needs it."""
    check(document(**api), *asked, standing=standing)


def test_an_unknown_profile_is_refused_unless_it_only_stands() -> None:
    """Compose says nothing about it."""
    with pytest.raises(ConfigError, match="Did you mean data"):
        check(document(), "dta")
    check(document(), standing=("gone",))


def test_a_profile_is_known_whose_services_compose_refused_to_read_with_others() -> None:
    """It is in the files as they are written; what Compose says of it comes when it is asked."""
    written = {"services": {"gpu": {"profiles": ["gpu"]}}}
    active.check(document(), ("gpu",), (), place, written)
    with pytest.raises(ConfigError, match="unknown profile 'gpu'"):
        active.check(document(), ("gpu",), (), place)
