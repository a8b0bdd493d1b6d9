"""All checks together."""

from __future__ import annotations

from dockgate.guardrails import env_checks
from tests.guardrails.environments import resolved


def test_all_problems_are_told_at_once_each_once() -> None:
    """One run names everything."""
    base = "UNKNOWN=1\nPORT=http\nPORT=x\nDOCKER_HOST=x\nURL=${NOPE}\nBARE\nUSER=pa$word\n"
    found = env_checks.check(resolved("[PORT]\ntype = 'port'\n[URL]\n[USER]\n[HOST]\nrequired = true\n", base))
    assert sorted({each.code for each in found}) == ["DG101", "DG102", "DG104", "DG105", "DG108", "DG109", "DG110"]
    assert len(found) == len(set(found))


def test_every_check_has_a_code_of_its_own() -> None:
    """Codes name rules, in exemptions and documents too."""
    codes = [each.CODE for each in env_checks.CHECKS]
    assert sorted(codes) == [f"DG{number}" for number in range(101, 112)]
