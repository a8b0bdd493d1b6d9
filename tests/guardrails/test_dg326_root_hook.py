from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg326_root_hook as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize("key", rule.HOOKS)
@pytest.mark.parametrize(
    ("hook", "severity"),
    [
        ({"privileged": True}, Severity.ERROR),
        ({"privileged": True, "user": "root"}, Severity.ERROR),
        ({"user": "0:0"}, Severity.WARNING),
    ],
)
def test_catches_hooks_with_more_rights(key: str, hook: dict[str, Any], severity: Severity) -> None:
    """Privileged is root on the host."""
    seen = model(api={key: [{"command": ["id"]}, {"command": ["chown"], **hook}]})
    [hit] = catches(rule, context("prod", model=seen))
    assert (hit.service, hit.severity) == ("api", severity)


def test_catches_a_privileged_one_in_development_as_a_warning() -> None:
    """Root in the container is nothing special there."""
    [hit] = catches(rule, context("dev", model=model(api={"pre_stop": [{"privileged": True}]})))
    assert hit.severity is Severity.WARNING
    catches_not(rule, context("dev", model=model(api={"pre_stop": [{"user": "root"}]})))


def test_catches_not_hooks_of_the_services_own_user() -> None:
    """They can do what the service can do."""
    catches_not(rule, context("prod", model=model(api={"post_start": [{"command": ["id"], "user": "10001"}]})))
