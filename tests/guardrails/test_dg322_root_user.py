from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg322_root_user as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize("user", ["root", "0", "0:0", "root:root", "0:1000", "00", 0])
def test_catches_root_by_name_and_number(user: object) -> None:
    """An error in production, a warning in staging."""
    [hit] = catches(rule, context("prod", model=model(api={"user": user})))
    assert (hit.service, hit.severity) == ("api", Severity.ERROR)
    [hit] = catches(rule, context("staging", model=model(api={"user": user})))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize("user", ["10001", "app", "1000:0", "", None, "rootless"])
def test_catches_not_other_users(user: object) -> None:
    """Without a user, the image decides."""
    catches_not(rule, context("prod", model=model(api={"user": user})))
    catches_not(rule, context("dev", model=model(api={"user": "root"})))
