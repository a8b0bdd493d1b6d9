"""The release tasks, on a shop that is really released, with a made-up engine."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import endpoint
from dockgate.core import project as projects
from dockgate.release import engine_store
from dockgate.scan import known_secrets
from dockgate.scan.leaks import SecretDetectors
from dockgate.stack import hooks, up
from dockgate.system import audit, lock_folder, locks
from dockgate.tasks import release as tasks
from dockgate.tasks import release_setup, setup
from tests.unit.release import releasing
from tests.unit.release.releasing import FakeStore, FakeWork

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.endpoint import Endpoint
    from dockgate.core.project import Project
    from dockgate.core.target import Target


class Shop:
    """The shop, its engine, and a way to run its tasks."""

    def __init__(self, tmp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.project: Project = releasing.shop(tmp / "shop", tmp / "home")
        self.store = FakeStore()
        self.work = FakeWork(self.store, self.project.root)
        self.capsys = capsys
        self.ups, self.hooked = list[str](), list[tuple[Any, ...]]()
        self.failed: tuple[str, ...] = ()
        self.said = ""
        monkeypatch.setenv("HOME", str(tmp / "home"))
        monkeypatch.chdir(self.project.root)
        monkeypatch.setattr(lock_folder, "find", lambda _project: tmp)
        monkeypatch.setattr(engine_store, "EngineStore", self.engine)
        monkeypatch.setattr(release_setup, "work", lambda *_: self.work)
        monkeypatch.setattr(known_secrets, "sought", lambda _: SecretDetectors())
        monkeypatch.setattr(setup, "ready", lambda *_, **__: (None, 0.0))
        monkeypatch.setattr(setup, "databases", lambda *_: ())
        monkeypatch.setattr(setup, "hold_services", lambda *_: None)
        monkeypatch.setattr(up, "up", self.up)
        monkeypatch.setattr("dockgate.release.artifact.verify.MONTH", 99_999)  # its lists become older every day
        monkeypatch.setattr(hooks, "run", self.hook)

    def hook(self, project: Project, target: Target, moment: str, facts: object, _say: object) -> None:
        holder = locks.inspect(project, target.lock)[1]
        self.hooked.append((moment, target.environment.name, facts, holder.message if holder else ""))

    def engine(self, project: Project, where: Endpoint) -> FakeStore:
        assert (project.root, where) == (self.project.root, endpoint.find(project.process))
        return self.store

    def up(self, *_: Any) -> Any:
        class Outcome:
            failed = self.failed
            failures = tuple(f"{name}: unhealthy" for name in self.failed)

        self.ups.append("up")
        return type(
            "Result",
            (),
            {"outcome": Outcome, "containers": (), "remains": staticmethod(lambda: "api: api:1 serves now")},
        )

    def run(self, task: Any, code: int = 0, **flags: Any) -> Any:
        """Run a task with `--json`, hold it to its exit code and return its document."""
        self.capsys.readouterr()
        try:
            task.body(object(), json=True, **flags)
        except SystemExit as ended:
            assert ended.code == code  # noqa: PT017 - both ways out are held to the code
        else:
            assert code == 0
        text, self.said = self.capsys.readouterr()
        return json.loads(text) if text.startswith("{") else None

    def text(self, task: Any, **flags: Any) -> str:
        """Run a task without `--json` and return what it prints, with constant digests and commits."""
        self.capsys.readouterr()
        task.body(object(), json=False, **flags)
        text, self.said = self.capsys.readouterr()
        return constant(text)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(tmp_path, monkeypatch, capsys)


FLAGS = {"bump": "", "version": "", "registry": "", "restart": False, "dry_run": False, "lock_wait": 0}


def release(shop: Shop, **flags: Any) -> Any:
    return shop.run(tasks.release, **{**FLAGS, **flags})


def promote(shop: Shop, version: str, code: int = 0, to: str = "staging") -> Any:
    return shop.run(tasks.promote, code, to=to, version=version, reason="", lock_wait=0)


def test_release_prints_the_promised_document(shop: Shop) -> None:
    document = release(shop, bump="minor")
    assert set(document) == {"version", "commit", "images", "steps"}
    assert document["version"] == "0.2.0"
    assert set(document["images"][0]) == {"name", "digest"}
    assert set(document["steps"][0]) == {"name", "seconds", "outcome"}


def test_each_task_says_what_it_did(shop: Shop) -> None:
    """The release with its images, what the promotion of it asks for, and what was loaded."""
    images = [f"shop/{name}:0.1.1@sha256:X" for name in ("api", "postgres")]
    pinned = f"{'api':<18} {images[0]}\n{'postgres':<18} {images[1]}\n"
    assert shop.text(tasks.release, **FLAGS) == f"release 0.1.1 of X\n{pinned}"
    said = "promoted 0.1.1 to staging; next: commit env/staging.release.toml, then inv up --env=staging\n"
    assert shop.text(tasks.promote, to="staging", version="0.1.1", reason="", lock_wait=0) == said
    shop.text(tasks.promote, to="prod", version="0.1.1", reason="urgent", lock_wait=0)
    assert shop.hooked == [
        (f"{when}-{at}", name, {"DOCKGATE_VERSION": "0.1.1"}, "promote 0.1.1" * ((when, at) == ("before", "promote")))
        for at, name in (("release", "prod"), ("promote", "staging"), ("promote", "prod"))
        for when in ("before", "after")
    ]
    [listed] = shop.run(tasks.releases)["releases"]
    assert shop.text(tasks.releases) == f"0.1.1        X  {listed['created']}  staging, prod\n"
    assert shop.text(tasks.load, release="0.1.1").splitlines() == images
    loaded = shop.run(tasks.load, release="0.1.1")
    assert {key: [constant(each) for each in value] for key, value in loaded.items()} == {"images": images}


def test_dry_run_changes_nothing(shop: Shop) -> None:
    document = release(shop, dry_run=True)
    assert [step["effect"] for step in document["steps"]][:3] == ["read", "read", "write"]
    assert shop.work.calls == []
    assert releasing.git(shop.project.root, "tag", "--list") == ""


def test_restart_gives_the_interrupted_release_up(shop: Shop) -> None:
    shop.work.blocked = True
    assert release(shop, code=3)["error"]["code"] == 3
    shop.work.blocked = False
    releasing.git(shop.project.root, "reset", "--quiet", "--hard", "HEAD~1")
    assert release(shop, restart=True)["version"] == "0.1.1"


def test_promote_list_and_rollback(shop: Shop) -> None:
    release(shop)
    releasing.change(shop.project.root, "more")
    release(shop)
    promote(shop, "0.1.1")
    assert promote(shop, "0.1.2")["version"] == "0.1.2"
    listed = shop.run(tasks.releases)["releases"]
    assert [(entry["version"], entry["environments"]) for entry in listed] == [("0.1.1", []), ("0.1.2", ["staging"])]
    back = shop.run(tasks.rollback, env="staging", to="", timeout=1, lock_wait=0)
    assert back == {"environment": "staging", "from": "0.1.2", "version": "0.1.1"}
    assert shop.ups == ["up"]


def test_second_one_is_told_who_works_and_exits_7(shop: Shop, tmp_path: Path) -> None:
    release(shop)
    other = projects.load(shop.project.root, {"USER": "bob"})
    with locks.held(other, f"shop-staging on {endpoint.find({}).identity}", "up", folder=tmp_path):
        held = set(locks._ours)
        locks._ours.clear()  # as another process would see it
        assert promote(shop, "0.1.1", code=7)["holder"]["owner"] == "bob"
        locks._ours.update(held)


@pytest.mark.parametrize("key", ["", "release/signing.pub"])
def test_verify_says_every_check(shop: Shop, key: str) -> None:
    release(shop)
    document = shop.run(tasks.verify, release="0.1.1", key=key)
    assert document["good"]
    assert {"signature", "layout", "tag", "verdict", "engine api"} <= {check["name"] for check in document["checks"]}


@pytest.mark.parametrize("task", [tasks.load, tasks.verify])
def test_which_release_must_be_said(shop: Shop, task: Any) -> None:
    flags = {"release": None} | ({"key": ""} if task is tasks.verify else {})
    assert shop.run(task, 2, **flags)["error"]["code"] == 2
    assert promote(shop, "1.0.0", code=2, to="x")["error"]["fix"] == "--to= one of: staging, prod"


def test_load_brings_the_images_back(shop: Shop) -> None:
    release(shop)
    before = dict(shop.store.images)
    shop.store.images.clear()
    shop.run(tasks.load, release="0.1.1")
    assert shop.store.images == before


def test_keygen_is_refused_where_there_is_a_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one is in the audit log; in a terminal its line stays one, to be copied."""
    assert shop.run(tasks.keygen, 2)["error"]["code"] == 2
    shutil.rmtree(shop.project.root / "release")
    files = [f"release/{name}" for name in ("signing.pub", "signing.key.age", "cosign.pub", "cosign.key.age")]
    public = (document := shop.run(tasks.keygen))["public"]
    assert document == {"public": public, "files": files}
    line = [*audit.lines(shop.project)][-1]
    assert [line[key] for key in ("action", "result", "key")] == ["releases.keygen", "done", public.split()[1]]
    shutil.rmtree(shop.project.root / "release")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = shop.text(tasks.keygen).splitlines()
    assert shown == [(shop.project.root / files[0]).read_text().strip(), f"commit {' '.join(files)}"]


def constant(text: str) -> str:
    """Take out of a text what is another in each run: digests, commits, fingerprints of keys, ages."""
    for pattern in (r"(?<=sha256:)[0-9a-f]{64}", r"(?<=SHA256:)[\w/+]{43}", r"\b[0-9a-f]{12}\b", r"\d+(?= days old)"):
        text = re.sub(pattern, "X", text)
    return text


CHECKED = """ok   signature: manifest.json by SHA256:X
ok   layout: 2 images, 4 attestations, every blob as signed
ok   provenance: 2 images built from X
ok   content: nothing that the manifest does not name
ok   tag: v0.1.1 is X, the manifest says X
ok   verdict: rests on lists of 2026-11-21, X days old
{}   engine api: shop/api:0.1.1 is sha256:X
ok   engine postgres: shop/postgres:0.1.1 is sha256:X
"""
TARGET = "environment prod · project shop-prod · endpoint {} · files compose/base.yaml compose/prod.yaml\n"


def test_whole_text_of_verify(shop: Shop) -> None:
    """A line for each check, good or bad; the first bad one is the error."""
    release(shop)
    target = TARGET.format(endpoint.find(shop.project.process))
    assert (shop.text(tasks.verify, release="0.1.1", key=""), shop.said) == (CHECKED.format("ok"), target)
    shop.store.images["shop/api:0.1.1"] = "sha256:" + "0" * 64
    with pytest.raises(SystemExit) as ended:
        tasks.verify.body(object(), json=False, release="0.1.1", key="")
    assert ended.value.code == 3
    shown = shop.capsys.readouterr()
    assert constant(shown.out) == CHECKED.format("FAIL").replace("FAIL  ", "FAIL")
    assert constant(shown.err) == (
        f"{target}error: release 0.1.1 does not verify: engine api: shop/api:0.1.1 is sha256:X\n"
        "  → do not use it; inv releases.verify 0.1.1 shows all checks, releases/0.1.1 is what was signed\n"
    )
