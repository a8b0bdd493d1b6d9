from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg323_host_group as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "entry",
    [
        {"device_cgroup_rules": ["c 189:* rwm"]},
        {"group_add": ["docker"]},
        {"group_add": [10, 0]},
        {"cgroup_parent": "system.slice"},
        {"security_opt": ["systempaths=unconfined"]},
    ],
)
def test_catches_what_opens_the_host(entry: dict[str, Any]) -> None:
    """An error in production alone."""
    [hit] = catches(rule, context("prod", model=model(api=entry)))
    assert (hit.service, hit.severity) == ("api", Severity.ERROR)
    [hit] = catches(rule, context("dev", model=model(api=entry)))
    assert hit.severity is Severity.WARNING


def test_catches_not_groups_of_the_application() -> None:
    """A number above 0 is a group like any other."""
    catches_not(rule, context("prod", model=model(api={"group_add": ["1000", "video"], "security_opt": ["x:y"]})))


@pytest.mark.parametrize(
    "entry",
    [
        {"sysctls": {"vm.max_map_count": "262144"}},
        {"sysctls": ["kernel.core_pattern=|/bin/sh"]},
        {"sysctls": ["vm.swappiness"]},
        {"sysctls": {"net.ipv4.ip_forward": "1"}, "network_mode": "host"},
        {"sysctls": {"kernel.shmmax": "1"}, "ipc": "host"},
        {"sysctls": {"kernel.hostname": "x"}, "uts": "host"},
    ],
)
def test_catches_settings_of_the_whole_kernel(entry: dict[str, Any]) -> None:
    """In every environment: no container starts with them."""
    for environment in ("prod", "dev"):
        [hit] = catches(rule, context(environment, model=model(api=entry)))
        assert (hit.severity, hit.location.path) == (Severity.ERROR, "compose.yaml:services.api.sysctls")
        assert "refuses" in hit.message


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ({"sysctls": ["vm.x = a=b"]}, "vm.x=a=b, which is the whole kernel's"),
        ({"sysctls": ["vm.x"]}, "vm.x=, which is the whole kernel's"),
        ({"sysctls": {"vm.x": 1}}, "vm.x=1, which is the whole kernel's"),
        ({"sysctls": {"net.x": 1}, "network_mode": "host"}, "net.x=1, which is the host's network's"),
        ({"sysctls": {"fs.mqueue.x": 1}, "ipc": "host"}, "fs.mqueue.x=1, which is the host's IPC's"),
        ({"sysctls": {"kernel.domainname": "x"}, "uts": "host"}, "kernel.domainname=x, which is the host's name's"),
    ],
)
def test_says_whose_a_setting_is(entry: dict[str, Any], what: str) -> None:
    """However the pairs are written."""
    [hit] = catches(rule, context("prod", model=model(api=entry)))
    assert hit.message == f"api has sysctls: {what}: the engine refuses to start the container"


@pytest.mark.parametrize("setting", ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0"])
def test_warns_of_containers_that_route(setting: str) -> None:
    """Written as a list or as a mapping; a VPN needs it."""
    for given in ([setting], dict([setting.split("=")])):
        [hit] = catches(rule, context("prod", model=model(api={"sysctls": given})))
        assert hit.severity is Severity.WARNING


def test_catches_not_settings_of_the_container_alone() -> None:
    """The engine gives each container its own."""
    own = {"net.core.somaxconn": "1024", "kernel.shmmax": "1", "net.ipv4.ip_unprivileged_port_start": "0"}
    catches_not(rule, context("prod", model=model(api={"sysctls": own})))
