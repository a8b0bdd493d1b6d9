from __future__ import annotations

from msgspec.structs import replace

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg504_remote_syntax as rule
from tests.guardrails.scenes import catches, catches_not, dockerfile, project

REMOTE = "# syntax=docker/dockerfile:1\nFROM debian\n"


def test_catches_a_frontend_by_tag() -> None:
    """It may do anything with the build, but a registry that is in use anyway can give it."""
    [hit] = catches(rule, dockerfile(REMOTE))
    assert (hit.location.line, hit.severity) == (1, Severity.WARNING)


def test_catches_it_as_an_error_where_no_registry_is_configured() -> None:
    """The build would stop there."""
    offline = project({"base": {"source": "debian"}})
    [hit] = catches(rule, replace(dockerfile(REMOTE), project=offline))
    assert hit.severity is Severity.ERROR


def test_catches_not_a_pinned_one_none_or_a_comment_further_down() -> None:
    """Directives stand at the top only."""
    catches_not(rule, dockerfile("# syntax=docker/dockerfile@sha256:" + "3" * 64 + "\nFROM debian\n"))
    catches_not(rule, dockerfile("FROM debian\n# syntax=docker/dockerfile:1\n"))
