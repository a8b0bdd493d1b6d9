"""Profiles that are switched on, and what their services need."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.compose import active
from dockgate.core.errors import ConfigError
from dockgate.core.location import Location


def place(*path: str) -> Location:
    return Location(".".join(path), len(path))


def document(**api: Any) -> dict[str, Any]:
    services = {"api": api, "db": {"profiles": ["data"]}, "log": {"profiles": ["data", "debug"]}}
    return {"services": services}


NEEDS = {"depends_on": {"db": {"condition": "service_started", "required": True}}}


def check(seen: dict[str, Any], *asked: str, standing: tuple[str, ...] = ()) -> None:
    active.check(seen, asked, standing, place)


@pytest.mark.parametrize(
    ("api", "asked", "key"),
    [
        (NEEDS, (), "services.api.depends_on.db"),
        (NEEDS, ("debug",), "services.api.depends_on.db"),
        ({"depends_on": {"db": None}}, (), "services.api.depends_on.db"),
        ({"network_mode": "service:db"}, (), "services.api.network_mode"),
        ({**NEEDS, "profiles": ["debug"]}, ("debug",), "services.api.depends_on.db"),
    ],
)
def test_a_needed_service_of_another_profile_is_refused(api: dict[str, Any], asked: tuple[str, ...], key: str) -> None:
    """With the key, the service, and what switches it on."""
    with pytest.raises(ConfigError) as raised:
        check(document(**api), *asked)
    optional = ", or depends_on: {db: {required: false}}" if "depends_on" in key else ""
    assert str(raised.value) == (
        f"{key}:{len(key.split('.'))}: {key} needs db, whose profile (data) is not switched on\n"
        f'  → --profile=data, profiles = ["data"] of the environment{optional}'
    )


@pytest.mark.parametrize("key", ["ipc", "pid", "uts", "cgroup"])
def test_the_first_of_several_profiles_is_proposed(key: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check(document(**{key: "service:log"}))
    assert str(raised.value) == (
        f"services.api.{key}:3: services.api.{key} needs log, whose profile (data, debug) is not switched on\n"
        '  → --profile=data, profiles = ["data"] of the environment'
    )


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
        ({"network_mode": None, "ipc": "service:api"}, (), ()),
        ({**NEEDS, "profiles": ["debug"]}, ("data",), ()),
        ({"depends_on": {"log": {}}}, ("debug",), ()),
    ],
)
def test_what_is_complete_is_not(api: dict[str, Any], asked: tuple[str, ...], standing: tuple[str, ...]) -> None:
    """Its profile is on, it need not be there, or nothing that is on needs it."""
    check(document(**api), *asked, standing=standing)


def test_an_unknown_profile_is_refused_unless_it_only_stands() -> None:
    """Compose says nothing about it."""
    with pytest.raises(ConfigError) as raised:
        check(document(), "dta")
    assert str(raised.value) == "unknown profile 'dta'. Did you mean data?\n  → profiles: data, debug"
    check(document(), standing=("gone",))
    with pytest.raises(ConfigError) as raised:
        active.check({}, ("dta",), (), place)
    assert str(raised.value) == "unknown profile 'dta'.\n  → profiles: none"


def test_a_profile_is_known_whose_services_compose_refused_to_read_with_others() -> None:
    """It is in the files as they are written; what Compose says of it comes when it is asked."""
    written = {"services": {"gpu": {"profiles": ["gpu"]}}}
    active.check(document(), ("gpu",), (), place, written)
    with pytest.raises(ConfigError, match="unknown profile 'gpu'"):
        active.check(document(), ("gpu",), (), place)
