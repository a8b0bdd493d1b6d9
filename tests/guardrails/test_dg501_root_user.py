from __future__ import annotations

import pytest

from dockgate.findings import Severity
from dockgate.guardrails.rules import dg501_root_user as rule
from tests.guardrails.scenes import catches, catches_not, dockerfile


@pytest.mark.parametrize("user", ["root", "0", "0:0", "root:root"])
def test_catches_root_in_the_last_stage(user: str) -> None:
    """The last USER counts."""
    [hit] = catches(rule, dockerfile(f'FROM debian\nUSER 10001\nUSER {user}\nCMD ["x"]\n'))
    assert (hit.origin.line, hit.severity) == (3, Severity.ERROR)


def test_catches_no_user_at_all_as_a_warning() -> None:
    """The base may have set one; nobody sees it here."""
    [hit] = catches(rule, dockerfile('FROM debian\nENTRYPOINT ["x"]\n'))
    assert hit.severity is Severity.WARNING


def test_catches_not_root_in_an_earlier_stage_nor_a_base_without_a_command() -> None:
    """Building as root is usual, and a base image runs nothing."""
    catches_not(rule, dockerfile('FROM debian AS build\nUSER root\nRUN make\nFROM scratch\nUSER 10001\nCMD ["x"]\n'))
    catches_not(rule, dockerfile("FROM debian\nRUN apt-get update\n"))
