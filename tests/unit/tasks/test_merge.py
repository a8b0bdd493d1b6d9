"""Merging encrypted secrets: after a merge that git stopped, and as its merge driver."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project
from dockgate.secrets import store as secret_store
from dockgate.system import process
from tests.unit.guardrails.repository import git
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.system.process import Result
    from tests.unit.tasks.world import World

REAL = process.run
STORE, PROD = "env/prod.secrets.age", "--env=prod"
OURS, THEIRS, ADDED = "kX7mQ2vN9pR4tW8zB3cF6hJ5", "Zq3xW9vK" + "t5Lm8RbN2yHs7Jd4", "Hc5nV8wT" + "2kQ9rX4mB7zL3pD6"


TARGET = (
    "environment prod · project shop-prod · endpoint unix:///nowhere/docker.sock · "
    "files compose/base.yaml compose/prod.yaml\n"
)
NEXT = f"git add {STORE} env/fingerprints.toml, then continue the merge\n"
BOTH = (
    f"error: {STORE}: both branches changed these, and both values are kept until one is chosen:\n"
    "  TOKEN: ours given on DAY, theirs given on DAY\n"
    "  → inv secrets.merge --env=prod --ours=TOKEN or --theirs=TOKEN\n"
)


class Repository:
    """Production of the made-up project, in a real repository of which two branches changed the store."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.world, self.monkeypatch, self.capfd = world, monkeypatch, capfd
        self.said = ""

    def inv(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run a task, hold it to its exit code, and return all that it said; no value is ever in it."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        ended = self.world.inv(*words, monkeypatch=self.monkeypatch)
        captured = self.capfd.readouterr()
        said = captured.out + captured.err
        assert ended == code, said
        assert not [value for value in (OURS, THEIRS, ADDED) if value in said]
        return said

    def values(self) -> dict[str, str]:
        """Return what the store has."""
        loaded = project.load(self.world.folder)
        store = secret_store.load(loaded, loaded.environment("prod"))
        assert store
        return {name: entry.value.reveal() for name, entry in store.entries.items()}

    def set(self, name: str, value: str) -> None:
        """Give a secret a value, and commit."""
        self.inv("secrets.set", name, PROD, stdin=value)
        git(self.world.folder, "add", "--all")
        git(self.world.folder, "commit", "-qm", name)

    def merge(self) -> int:
        """Let git merge the other branch without a driver that works; return its exit code."""
        git(self.world.folder, "config", "merge.dockgate-secrets.driver", "false")
        own = ("-c", "user.name=t", "-c", "user.email=t@t")
        return subprocess.run(
            ["git", *own, "merge", "other"], cwd=self.world.folder, capture_output=True, check=False
        ).returncode

    def version(self, stage: int) -> Path:
        """Return a file with a version of the store that git's index keeps."""
        path = self.world.folder / f"version{stage}"
        shown = ["git", "show", f":{stage}:{STORE}"]
        path.write_bytes(subprocess.run(shown, cwd=self.world.folder, capture_output=True, check=True).stdout)
        return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Repository:
    """Return the repository, in the middle of a merge: TOKEN differs, A is ours alone."""
    made = worlds.make(tmp_path, model(service("api")), monkeypatch, "prod")

    def run(command: Command, **options: Any) -> Result:
        return REAL(command, **options) if command.argv[0] == "git" else made.run(command)

    monkeypatch.setattr(process, "run", run)
    (tmp_path / "env/schema.toml").write_text(worlds.SCHEMA + "[A]\nsecret = true\n")
    found = Repository(made, monkeypatch, capfd)
    git(tmp_path, "init", "-q", "-b", "main")
    said = found.inv("secrets.init", PROD)
    assert ".gitattributes lets git merge env/*.secrets.age by name: commit it" in said
    assert "this clone merges encrypted secrets" in said
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "-qm", "all")
    git(tmp_path, "checkout", "-qb", "other")
    found.set("TOKEN", THEIRS)
    git(tmp_path, "checkout", "-q", "main")
    found.set("TOKEN", OURS)
    found.set("A", ADDED)
    assert found.merge() == 1
    return found


def test_nothing_is_lost_until_a_value_is_chosen(repository: Repository) -> None:
    """Both are kept and no command takes the store, before and after it was merged by name; then one is chosen."""
    said = repository.inv("secrets.merge", PROD, code=2)
    assert re.sub(r"\d{4}-\d\d-\d\d", "DAY", said) == TARGET + BOTH
    assert "two values of TOKEN" in repository.inv("secrets.list", PROD, code=2)
    both = repository.inv("secrets.merge", PROD, "--ours=TOKEN", "--theirs=TOKEN", code=2)
    assert both == "error: TOKEN cannot have both values\n  → name each once, with --ours or --theirs\n"
    said = repository.inv("secrets.merge", PROD, "--theirs=TOKEN")
    assert said == f"{STORE}: merged; TOKEN is theirs\n{TARGET}{NEXT}"
    assert repository.values() == {"TOKEN": THEIRS, "A": ADDED}


def test_a_store_that_was_merged_has_nothing_to_merge(repository: Repository) -> None:
    """And nothing to choose."""
    repository.inv("secrets.merge", PROD, "--ours=TOKEN")
    assert repository.values() == {"TOKEN": OURS, "A": ADDED}
    git(repository.world.folder, "add", "--all")
    git(repository.world.folder, "commit", "-qm", "merged")
    assert repository.inv("secrets.merge", PROD) == f"{STORE}: nothing to merge\n{TARGET}"
    said = repository.inv("secrets.merge", PROD, "--ours=TOKEN", code=2)
    assert said == f"{TARGET}error: {STORE} has no merge conflict\n"


def test_the_driver_merges_by_name(repository: Repository) -> None:
    """The result is in the current file: with both values, or with what the other branch added."""
    base, ours, theirs = (repository.version(stage) for stage in (1, 2, 3))
    files = (f"--base={base}", f"--current={ours}", f"--path={STORE}")
    said = repository.inv("secrets.merge", *files, f"--other={theirs}", code=2)
    assert re.sub(r"\d{4}-\d\d-\d\d", "DAY", said) == BOTH
    one = (f"--base={base}", f"--current={base}", f"--path={STORE}", f"--other={repository.version(2)}")
    assert repository.inv("secrets.merge", *one) == f"{STORE}: merged; from the other branch: TOKEN, A\n"
    same = (f"--base={base}", f"--current={ours}", f"--path={STORE}", f"--other={base}")
    assert repository.inv("secrets.merge", *same) == ""
    for name in ("base", "current", "other"):
        said = repository.inv("secrets.merge", f"--{name}={base}", code=2)
        assert said == "error: git's merge driver needs --base, --current and --other\n  → docs/secrets.md\n"


def test_what_the_driver_cannot_merge_keeps_both_versions(repository: Repository) -> None:
    """Between git's markers: no command takes it for a store."""
    base, ours = repository.version(1), repository.version(2)
    broken = repository.world.folder / "broken"
    broken.write_text("no store")
    files = (f"--base={base}", f"--current={ours}", f"--other={broken}", f"--path={STORE}")
    before = ours.read_bytes()
    said = repository.inv("secrets.merge", *files, code=2)
    later = "merges it later; it now has both versions, and no command takes it\n"
    assert said.startswith(f"error: {STORE}: is damaged or not an age file: ")
    assert said.endswith(
        f"  → restore a good version from git: git log -- {STORE}; inv secrets.merge --env=prod {later}"
    )
    data = ours.read_bytes()
    assert data.startswith(b"<<<<<<<")
    assert before.strip() in data
    assert b"no store" in data


def test_a_store_that_one_branch_removed_is_a_decision(repository: Repository) -> None:
    """Git has the commands for it."""
    git(repository.world.folder, "merge", "--abort")
    git(repository.world.folder, "checkout", "-q", "other")
    git(repository.world.folder, "rm", "-q", STORE)
    git(repository.world.folder, "commit", "-qm", "removed")
    git(repository.world.folder, "checkout", "-q", "main")
    assert repository.merge() == 1
    assert "was removed by one of the branches" in repository.inv("secrets.merge", PROD, code=2)
