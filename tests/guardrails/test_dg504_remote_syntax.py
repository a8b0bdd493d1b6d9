from __future__ import annotations

from dockgate.guardrails.rules import dg504_remote_syntax as rule
from tests.guardrails.scenes import catches, catches_not, dockerfile


def test_catches_a_frontend_by_tag() -> None:
    """It is fetched at every build, and may do anything with it."""
    [hit] = catches(rule, dockerfile("# syntax=docker/dockerfile:1\nFROM debian\n"))
    assert hit.location.line == 1


def test_catches_not_a_pinned_one_none_or_a_comment_further_down() -> None:
    """Directives stand at the top only."""
    catches_not(rule, dockerfile("# syntax=docker/dockerfile@sha256:" + "3" * 64 + "\nFROM debian\n"))
    catches_not(rule, dockerfile("FROM debian\n# syntax=docker/dockerfile:1\n"))
