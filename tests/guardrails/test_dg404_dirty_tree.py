from __future__ import annotations

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg404_dirty_tree as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import catches, catches_not, context


def test_catches_uncommitted_changes_in_production() -> None:
    """File by file."""
    hits = catches(rule, context("prod", git=GitFiles(dirty=("compose/prod.yaml", "new.txt"))), count=2)
    assert [hit.location.path for hit in hits] == ["compose/prod.yaml", "new.txt"]


def test_many_changes_are_counted() -> None:
    """A hundred lines are not read."""
    hits = catches(rule, context("prod", git=GitFiles(dirty=tuple(f"f{n}" for n in range(100)))), count=rule.MOST + 1)
    assert "95 more" in hits[-1].message


def test_catches_not_what_dockgate_writes_itself() -> None:
    """Secrets, fingerprints and releases are committed after the fact."""
    own = (
        "env/prod.secrets.age",
        "env/fingerprints.toml",
        "releases/prod.release.toml",
        "releases/2026/1.release.toml",
    )
    catches_not(rule, context("prod", git=GitFiles(dirty=own)))


def test_catches_not_elsewhere_nor_outside_a_repository() -> None:
    """Development is dirty by nature."""
    catches_not(rule, context("dev", git=GitFiles(dirty=("x",))))
    catches_not(rule, context("prod", git=None))


def test_of_a_promoted_release_only_what_decides_blocks() -> None:
    """A note beside it goes into no image and no model: it holds up no rollback."""
    dirty = GitFiles(dirty=("compose/prod.yaml", "config/site/a.conf", "docker/api/app.py", "note.txt"))
    deciding = frozenset({"compose/prod.yaml", "config/site", "."})
    *blocking, other = catches(rule, context("prod", git=dirty, deciding=deciding - {"."}), count=3)
    assert [hit.location.path for hit in blocking] == ["compose/prod.yaml", "config/site/a.conf"]
    assert (other.severity, other.location.path) == (Severity.WARNING, "docker/api/app.py")
    assert "docker/api/app.py and 1 more file not committed" in other.message
    catches(rule, context("prod", git=dirty, deciding=deciding), count=4)  # a service mounts the whole project
