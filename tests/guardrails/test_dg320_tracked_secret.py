from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.rules import dg320_tracked_secret as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD, ROOT, catches, catches_not, context
from tests.guardrails.scenes import file as scene_file

if TYPE_CHECKING:
    from dockgate.guardrails.context import Context

GIT = GitFiles(frozenset({"db/password.txt", "db/password.age", "compose.yaml"}))


def secret(file: str, env: str = "prod", **fields: Any) -> Context:
    return context(env, model={"secrets": {"db": {"file": file}}}, git=GIT, **fields)


@pytest.mark.parametrize("file", [f"{ROOT}/db/password.txt", "db/password.txt", "./db/../db/password.txt"])
def test_catches_a_tracked_file(file: str) -> None:
    """Compose resolves it to an absolute path; however it is written, it is the same file."""
    [hit] = catches(rule, secret(file))
    assert (hit.name, hit.severity, hit.location.path) == ("db", Severity.ERROR, "compose.yaml:secrets.db.file")
    assert hit.message == "the secret db is read from db/password.txt, which git tracks"
    assert hit.fix == "git rm --cached db/password.txt, ignore it, and change the secret"


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


def test_a_config_that_was_not_read_holds_nothing() -> None:
    """A secret counts by its name alone."""
    model = {"configs": {"own": {"file": "conf/redis.conf"}}, "secrets": {"none": None}}
    catches_not(rule, context("prod", model=model, git=GitFiles(frozenset({"conf/redis.conf"}))))


def test_catches_not_outside_a_repository() -> None:
    """Nothing is tracked there."""
    catches_not(rule, context("prod", model={"secrets": {"db": {"file": "db/password.txt"}}}, git=None))


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("conf/redis.conf", f"requirepass {PROD_PASSWORD}\n", 1),
        ("conf/app.json", f'{{"auth": {{"token": "{PROD_HEX}"}}}}\n', 1),
        ("conf/nginx.conf", "worker_processes 2;\n", 0),
        ("conf/ignored.conf", f"requirepass {PROD_PASSWORD}\n", 0),
    ],
)
@pytest.mark.parametrize("env", ["dev", "prod"])
def test_a_config_with_a_credential_is_one(env: str, path: str, text: str, count: int) -> None:
    """Services read it like a secret's file; one without is what `configs:` is for."""
    git = GitFiles(frozenset({"conf/redis.conf", "conf/app.json", "conf/nginx.conf"}))
    model = {"configs": {"own": {"file": f"{ROOT}/{path}"}, "inline": {"content": "x"}}}
    seen = context(env, model=model, git=git, files=(scene_file(path, text, Kind.MOUNTED),))
    hits = list(rule.check(seen))
    assert len(hits) == count
    assert all(hit.severity is (Severity.ERROR if env == "prod" else Severity.WARNING) for hit in hits)
    assert all("and holds a credential" in hit.message for hit in hits)
