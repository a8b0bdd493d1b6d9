from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg320_tracked_secret as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import ROOT, catches, catches_not, context

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context

GIT = GitFiles(frozenset({"db/password.txt", "db/password.age", "compose.yaml"}))


def secret(file: str, env: str = "prod", **fields: Any) -> Context:
    return context(env, model={"secrets": {"db": {"file": file}}}, git=GIT, **fields)


@pytest.mark.parametrize("file", [f"{ROOT}/db/password.txt", "db/password.txt", "./db/../db/password.txt"])
def test_catches_a_tracked_file(file: str) -> None:
    """Compose resolves it to an absolute path; however it is written, it is the same file."""
    [hit] = catches(rule, secret(file))
    assert (hit.name, hit.severity) == ("db", Severity.ERROR)
    assert "db/password.txt" in hit.message


def test_catches_it_in_development_as_a_warning() -> None:
    """A demo value may stand there."""
    [hit] = catches(rule, secret("db/password.txt", "dev"))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize("file", ["db/ignored.txt", "db/password.age", "/run/dockgate/db", "../db/password.txt", ""])
def test_catches_not_what_git_does_not_have_in_clear(file: str) -> None:
    """Ignored, encrypted, elsewhere, or from the environment."""
    catches_not(rule, secret(file))


@pytest.mark.parametrize(("leads", "found"), [("db/password.txt", 1), ("", 0), ("db/ignored.txt", 0)])
def test_a_link_stands_for_what_it_leads_to(leads: str, found: int) -> None:
    """Git has the secret where it has the file behind the link."""
    git = GitFiles(frozenset({"db/password.txt", "current"}), links={"current": leads})
    seen = context("prod", model={"secrets": {"db": {"file": "current"}}}, git=git)
    assert [hit.message for hit in rule.check(seen)] == [
        "the secret db is read from db/password.txt, which git tracks"
    ] * found


def test_catches_not_outside_a_repository() -> None:
    """Nothing is tracked there."""
    catches_not(rule, context("prod", model={"secrets": {"db": {"file": "db/password.txt"}}}, git=None))
