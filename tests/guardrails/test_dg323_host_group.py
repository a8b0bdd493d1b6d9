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
