"""Every command that changes something in several steps, killed at each of them, and then given again.

What the next one says and what it leaves is compared with a command that nothing interrupted. `POINTS` are the steps
of each command, in order; a new step fails here until it is listed, and is then killed like the others.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate.core import project as projects
from dockgate.core.labels import CHECKOUT
from dockgate.engine.containers import PROJECT
from dockgate.env import release_pointer
from dockgate.secrets import identities, recipients, scram
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import policy
from dockgate.stack.runtimes.compose import removal
from dockgate.system import audit, lock_folder, process, ram_folder
from dockgate.tasks import release as release_tasks
from dockgate.tasks import stack as stack_tasks
from tests.unit.projects import PYPROJECT
from tests.unit.release import releasing
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service
from tests.unit.tasks import world as worlds
from tests.unit.tasks.kills import Killed, Knife
from tests.unit.tasks.test_release import Shop, promote, release

if TYPE_CHECKING:
    from dockgate.core.plan import Command
    from dockgate.system.process import Result

MODEL = model(service("db"), service("migrate", db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY))
GIVEN = "kX7mQ2vN9pR4tW8zB3cF6hJ5"
ROLE = """
[tool.dockgate.secrets.DB_PASSWORD]
rotate = "postgres"
service = "db"
user = "GREETING"
database = "GREETING"
"""
SCHEMA = """
[DB_PASSWORD]
secret = true
required = true
generate = "password:32"
"""
POINTS: dict[str, tuple[str, ...]] = {
    "Up": (
        "write lock",
        "write ram TOKEN",
        "write .gitignore",
        "write marks/up",
        "up",
        "start db-1",
        "start migrate-1",
        "start api-1",
        "write audit.jsonl",
        "remove marks/up",
        "empty lock",
    ),
    "Down": (
        "write lock",
        "write marks/down",
        "down",
        "remove_volume data",
        "remove_volume more",
        "remove ram TOKEN",
        "remove ram shop-dev",
        "remove ram dockgate-0",
        "write audit.jsonl",
        "remove marks/down",
        "empty lock",
    ),
    "Restart": (
        "write lock",
        "write marks/restart",
        "up",
        "start db-2",
        "stop db-1",
        "start migrate-1",
        "start api-2",
        "stop api-1",
        "write audit.jsonl",
        "remove marks/restart",
        "empty lock",
    ),
    "Init": (
        "write lock",
        "write env/recipients.toml",
        "write marks/store",
        "write env/prod.secrets.age",
        "write env/fingerprints.toml",
        "write audit.jsonl",
        "remove marks/store",
        "empty lock",
    ),
    "Set": (
        "write lock",
        "write marks/store",
        "write env/prod.secrets.age",
        "write env/fingerprints.toml",
        "write audit.jsonl",
        "remove marks/store",
        "empty lock",
    ),
    "Edit": (
        "write lock",
        "write ram prod.env",
        "write marks/store",
        "write env/prod.secrets.age",
        "write env/fingerprints.toml",
        "write audit.jsonl",
        "remove marks/store",
        "remove ram prod.env",
        "remove ram edit",
        "remove ram dockgate-0",
        "empty lock",
    ),
    "Add": (
        "write lock",
        "write marks/recipients",
        "write env/prod.secrets.age",
        "write env/recipients.toml",
        "write audit.jsonl",
        "remove marks/recipients",
        "empty lock",
    ),
    "Remove": (
        "write lock",
        "write marks/recipients",
        "write env/prod.secrets.age",
        "write env/recipients.toml",
        "write audit.jsonl",
        "remove marks/recipients",
        "empty lock",
    ),
    "Rotate": (
        "write lock",
        "write lock (2)",
        "write marks/rotate",
        "write marks/store",
        "write env/prod.secrets.age",
        "write env/fingerprints.toml",
        "remove marks/store",
        "write ram TOKEN",
        "write ram DB_PASSWORD",
        "start api-1",
        "write audit.jsonl",
        "remove marks/rotate",
        "empty lock",
        "empty lock (2)",
    ),
    "RotateRole": (
        "write lock",
        "write lock (2)",
        "write marks/rotate",
        "write marks/store",
        "write env/prod.secrets.age",
        "write env/fingerprints.toml",
        "remove marks/store",
        "write ram TOKEN",
        "write ram DB_PASSWORD",
        "exec",
        "start api-1",
        "write audit.jsonl",
        "remove marks/rotate",
        "empty lock",
        "empty lock (2)",
    ),
    "RotateGiven": (
        "write lock",
        "write lock (2)",
        "write marks/rotate",
        "write marks/store",
        "write env/prod.secrets.age",
        "write env/fingerprints.toml",
        "remove marks/store",
        "write ram TOKEN",
        "write ram DB_PASSWORD",
        "exec",
        "start api-1",
        "write audit.jsonl",
        "remove marks/rotate",
        "empty lock",
        "empty lock (2)",
    ),
    "Promote": (
        "write lock",
        "write marks/promote",
        "write env/staging.release.toml",
        "write audit.jsonl",
        "remove marks/promote",
        "empty lock",
    ),
    "Rollback": (
        "write lock",
        "write marks/rollback",
        "write env/staging.release.toml",
        "up",
        "write audit.jsonl",
        "write audit.jsonl (2)",
        "remove marks/rollback",
        "empty lock",
    ),
}


AUDITED = frozenset({"action", "result", "environment", "version", "left", "names", "services", "volumes"})


def audited(project: Any) -> set[tuple[tuple[str, str], ...]]:
    """Return what the audit log says, each line once."""
    lines = ({name: str(value) for name, value in line.items() if name in AUDITED} for line in audit.lines(project))
    return {tuple(sorted(line.items())) for line in lines}


class Case:
    """A made-up project with a stack, and one command that is killed in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the project; what the engine does is watched as well."""
        self.monkeypatch = monkeypatch
        self.world = worlds.make(folder, self.model, monkeypatch, self.environment)
        self.world.engine.react = {"migrate": [("die", 0)]}
        self.ram = folder / "ram"
        self.ram.mkdir()
        monkeypatch.setenv(ram_folder.VARIABLE, str(self.ram))
        monkeypatch.setattr(ram_folder, "is_ram", lambda _path: True)
        self.knife = Knife((folder,), monkeypatch)
        monkeypatch.setattr(process, "run", self.process)
        engine = self.world.engine
        monkeypatch.setattr(engine, "start", self.watched(engine.start, "start"))
        monkeypatch.setattr(engine, "stop", self.watched(engine.stop, "stop"))
        monkeypatch.setattr(engine, "containers", self.listed)
        sdk = worlds.FakeSdk(self.world)
        for name in ("remove_network", "remove_volume"):
            monkeypatch.setattr(sdk, name, self.watched(getattr(sdk, name), name), raising=False)
        monkeypatch.setattr(removal, "Engine", lambda _endpoint: sdk)
        self.prepare()

    environment = "dev"
    model = MODEL
    words: tuple[str, ...] = ()
    mark = ""
    stdin = ""

    def prepare(self) -> None:
        """Bring about what the command finds."""

    def watched(self, real: Any, name: str) -> Any:
        """Return a function of the engine that is a step."""

        def function(what: str, *rest: Any) -> None:
            try:
                self.knife.effect(f"{name} {what}")
            except Killed:  # in a thread: what waits for the engine's events shall look, and die as well
                for stream in self.world.engine.streams:
                    stream.close()
                raise
            real(what, *rest)

        return function

    def listed(self, _filters: object) -> list[dict[str, Any]]:
        """Return every container, whatever label it is asked for by; nothing that is dead gets an answer."""
        self.knife.breathe()
        return [self.world.engine._entry(entry) for entry in self.world.engine.listed.values()]

    def process(self, command: Command, **options: Any) -> Result:
        """Stand in for Compose, which is a step too."""
        self.knife.effect(" ".join(word for word in command.argv if word in {"up", "down", "stop", "exec"}))
        if "stop" in command.argv:
            for name in self.world.engine.listed:
                self.world.engine.stop(name, 0)
        return self.world.run(command, **options)

    def inv(self, *words: str, stdin: str = "") -> int:
        """Run a task."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        return self.world.inv(*words, monkeypatch=self.monkeypatch)

    def command(self) -> None:
        """Run the command that is looked at."""
        assert self.inv(*self.words, f"--env={self.environment}", stdin=self.stdin) == 0

    @property
    def project(self) -> Any:
        """Return the project as it is now."""
        return projects.load(self.world.folder)

    def state(self) -> dict[str, Any]:
        """Return all that the command is about."""
        listed = self.world.engine.listed.values()
        return {
            "services": {entry["one"].service for entry in listed},
            "running": {(entry["one"].service, entry["health"]) for entry in listed if entry["state"] == "running"},
            "networks": list(self.world.networks),
            "volumes": list(self.world.volumes),
            "marks": sorted(path.name for path in (self.project.state / "marks").glob("*.json")),
            "audit": audited(self.project),
        }


class Up(Case):
    words = ("up",)
    mark = "up"


class Down(Case):
    words = ("down", "--volumes", "--yes")
    mark = "down"

    def prepare(self) -> None:
        assert self.inv("up", "--env=dev") == 0
        self.world.networks, self.world.volumes = ["one", "two"], ["data", "more"]


class Restart(Case):
    words = ("restart",)
    mark = "restart"

    def prepare(self) -> None:
        assert self.inv("up", "--env=dev") == 0
        self.world.engine.listed["api-1"]["state"] = "running"


class Prod(Case):
    """Production with an encrypted store."""

    environment = "prod"
    model = model(service("db"), service("api", db=HEALTHY))

    def prepare(self) -> None:
        (self.world.folder / "pyproject.toml").write_text(PYPROJECT + ROLE)
        (self.world.folder / "env/schema.toml").write_text(worlds.SCHEMA + SCHEMA)
        self.verifier = ""
        assert self.inv("secrets.init", "--env=prod") == 0
        self.before = self.entries

    def process(self, command: Command, **options: Any) -> Result:
        """Let the database learn its new password."""
        result = super().process(command, **options)
        if "exec" in command.argv:
            self.verifier = options["stdin"].decode().split("'")[1]
        return result

    @property
    def store(self) -> secret_store.Store:
        """Return the decrypted store."""
        return secret_store.load(self.project, self.project.environment("prod")) or secret_store.Store()

    @property
    def entries(self) -> dict[str, str]:
        """Return the values in the store."""
        return {name: entry.value.reveal() for name, entry in self.store.entries.items()}

    def agrees(self) -> bool:
        """Tell whether the database would let in who has the password of the store."""
        if not self.verifier:
            return not self.before or self.before["DB_PASSWORD"] == self.entries["DB_PASSWORD"]
        salt = base64.b64decode(self.verifier.split("$")[1].partition(":")[2])
        return scram.verifier(self.store.entries["DB_PASSWORD"].value, salt).reveal() == self.verifier

    def state(self) -> dict[str, Any]:
        """Return what is in the store, and whether everything else agrees with it."""
        environment = self.project.environment("prod")
        copies = {path.name: path.read_text() for path in self.ram.rglob("*") if path.name in self.entries}
        return {
            **super().state(),
            "changed": sorted(name for name, value in self.entries.items() if self.before.get(name) != value),
            "stale": policy.stale(self.project.root, environment, self.store.entries.values()),
            "database": self.agrees(),
            "copies": {name: self.entries[name] == value for name, value in copies.items()},
            "recipients": set(recipients.load(self.project.root).get("prod", {}).values()) == self.store.recipients,
        }


class Init(Prod):
    words = ("secrets.init",)
    mark = "store"

    def prepare(self) -> None:
        super().prepare()
        (self.world.folder / "env/prod.secrets.age").unlink()
        (self.world.folder / "env/recipients.toml").unlink()
        audit.path(self.project).unlink()
        self.before = {}


class Set(Prod):
    words = ("secrets.set", "TOKEN")
    stdin = GIVEN
    mark = "store"


class Edit(Prod):
    words = ("secrets.edit",)
    mark = "store"

    def prepare(self) -> None:
        super().prepare()
        self.monkeypatch.setenv("EDITOR", "editor")
        self.monkeypatch.setattr(process, "attach", self.edit)

    def edit(self, command: Command) -> int:
        """Write another value."""
        path = Path(command.argv[-1])
        path.write_text(f"TOKEN='{GIVEN}'\nDB_PASSWORD='{self.before['DB_PASSWORD']}'\n")
        return 0


class Add(Prod):
    mark = "recipients"

    def prepare(self) -> None:
        super().prepare()
        other = identities.create({"HOME": str(self.world.folder / "bob")})
        self.words = ("secrets.recipients-add", "--name=bob", f"--key={other.public}")


class Remove(Add):
    def prepare(self) -> None:
        super().prepare()
        assert self.inv(*self.words, "--env=prod") == 0
        self.words = ("secrets.recipients-remove", "--name=bob")


class Rotate(Prod):
    words: tuple[str, ...] = ("secrets.rotate", "TOKEN")
    mark = "rotate"

    def prepare(self) -> None:
        super().prepare()
        for name in ("db", "api"):
            one = container(name, image=f"{name}:1", labels=worlds.labels(name, "prod") | {PROJECT: "shop-prod"})
            one = replace(one, labels={**one.labels, CHECKOUT: str(self.world.folder)})
            self.world.engine.listed[one.id] = {"one": one, "state": "created", "health": ""}
        self.world.engine.listed["db-1"] |= {"state": "running", "health": "healthy"}


class RotateRole(Rotate):
    words = ("secrets.rotate", "DB_PASSWORD")


class RotateGiven(Rotate):
    words: tuple[str, ...] = ("secrets.rotate", "DB_PASSWORD", "--given")
    stdin = GIVEN


SHOPS: list[tuple[tempfile.TemporaryDirectory[str], Any]] = []


class Release(Case):
    """A shop with releases, of which staging runs one."""

    environment = "staging"

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Make the releases; how the stack comes up is a step."""
        self.monkeypatch = monkeypatch
        self.shop = Shop(folder, monkeypatch, capsys)
        self.knife = Knife((self.shop.project.root, folder), monkeypatch)
        self.up = self.shop.up
        monkeypatch.setattr("dockgate.stack.up.up", self.brought_up)
        self.prepare()

    def brought_up(self, *arguments: Any) -> Any:
        """Note which release comes up."""
        self.knife.effect("up")
        pointer = release_pointer.read(self.project.root, "staging")
        self.runs = pointer.version if pointer else ""
        return self.up(*arguments)

    def prepare(self) -> None:
        """Take the releases of the first case: making them takes seconds."""
        folder = self.project.root.parent
        if not SHOPS:
            self.released()
            place = tempfile.TemporaryDirectory(prefix="dockgate-test-", dir="/dev/shm")
            shutil.copytree(folder, Path(place.name, "made"), symlinks=True)
            SHOPS.append((place, copy.deepcopy(self.shop.store)))
        place, store = SHOPS[0]
        shutil.rmtree(folder)
        shutil.copytree(Path(place.name, "made"), folder, symlinks=True)
        self.shop.store = copy.deepcopy(store)
        self.monkeypatch.chdir(self.project.root)
        self.runs = "0.1.3"

    def released(self) -> None:
        """Make four releases, of which staging runs the third."""
        for number in ("0.1.1", "0.1.2", "0.1.3"):
            release(self.shop)
            releasing.change(self.project.root, "more")
            promote(self.shop, number)
        release(self.shop)

    @property
    def project(self) -> Any:
        """Return the shop."""
        return self.shop.project

    def state(self) -> dict[str, Any]:
        """Return what staging runs, and what is written about it."""
        pointer = release_pointer.read(self.project.root, "staging")
        return {
            "pointer": (pointer.version, pointer.history) if pointer else None,
            "runs": self.runs,
            "marks": sorted(path.name for path in (self.project.state / "marks").glob("*.json")),
            "audit": audited(self.project),
        }


class Rollback(Release):
    mark = "rollback"

    def command(self) -> None:
        self.shop.run(release_tasks.rollback, env="staging", to="", timeout=1, lock_wait=0)


class Promote(Release):
    mark = "promote"

    def command(self) -> None:
        promote(self.shop, "0.1.4")


CASES = (Up, Down, Restart, Init, Set, Edit, Add, Remove, Rotate, RotateRole, RotateGiven, Promote, Rollback)
STEPS = [(kind, point) for kind in CASES for point in POINTS[kind.__name__]]


def made(kind: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a case of its own."""
    return kind(folder, monkeypatch, *([capsys] if issubclass(kind, Release) else []))


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_steps(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The list of steps is complete."""
    folder = tmp_path / "parts"
    folder.mkdir()
    monkeypatch.setattr(lock_folder, "find", lambda _project: folder)
    case = made(kind, folder, monkeypatch, capsys)
    case.knife.run(case.command)
    order = sorted if kind is Restart else list  # old containers stop while the next services start
    assert order(case.knife.points) == order(POINTS[kind.__name__])
    assert case.state()["marks"] == []


LEFT: dict[str, Any] = {}


def uninterrupted(kind: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what a command leaves that nothing interrupts."""
    if kind.__name__ not in LEFT:
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            case = made(kind, folder, patch, capsys)
            case.command()
            LEFT[kind.__name__] = case.state()
    return LEFT[kind.__name__]


@pytest.mark.parametrize(("kind", "point"), STEPS, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_killed_and_given_again(
    kind: Any, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command leaves what an uninterrupted one leaves, and says what it found."""
    expected = uninterrupted(kind, tmp_path / "whole", capsys)
    folder = tmp_path / "parts"
    folder.mkdir()
    monkeypatch.setattr(lock_folder, "find", lambda _project: folder)
    case = made(kind, folder, monkeypatch, capsys)
    assert case.knife.run(case.command, at=point)
    if point == "empty lock":  # all is done, and said
        assert case.state() == expected
        return
    points = POINTS[kind.__name__]
    begun = min(points.index(each) for each in points if each.startswith("write marks/"))
    marked = begun < points.index(point) <= points.index(f"remove marks/{kind.mark}")
    assert bool(case.state()["marks"]) is marked
    capsys.readouterr()
    case.command()
    said = case.shop.said if isinstance(case, Release) else capsys.readouterr().err
    assert case.state() == expected
    assert ("was not finished" in said) is marked
    assert ("left no mark" in said) is (not marked and point != "write lock")


@pytest.mark.parametrize("point", POINTS["Rollback"][1:-1])
def test_up_after_a_killed_rollback_brings_back_what_ran(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another command than the same one goes back: whether the older release comes up was never seen."""
    case = Rollback(tmp_path, monkeypatch, capsys)
    before = case.state()["pointer"]
    assert case.knife.run(case.command, at=point)
    written = case.state()["pointer"] != before
    monkeypatch.setattr(stack_tasks, "_show_result", lambda *_: None)
    flags: dict[str, Any] = {"service": None, "profile": None, "no_build": False, "timeout": 1, "dry_run": False}
    case.shop.run(stack_tasks.up, env="staging", instance="", lock_wait=0, **flags)
    assert case.state()["pointer"] == before
    assert ("names 0.1.3 again" in case.shop.said) is written
    assert case.runs == "0.1.3"


@pytest.mark.parametrize("point", POINTS["RotateRole"][2:-2])
def test_up_after_a_killed_rotation_completes_it(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a container starts with a password that the database does not know."""
    case = RotateRole(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at=point)
    assert case.inv("up", "--env=prod") == 0
    state = case.state()
    assert (state["database"], state["stale"], state["marks"]) == (True, (), [])
    assert all(state["copies"].values())
    assert "was not finished" in capsys.readouterr().err or point == "write marks/rotate"


def test_up_without_the_database_is_refused_while_a_rotation_is_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the fix works: the database first, then the rest."""
    case = RotateRole(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at="exec")
    case.world.engine.listed["db-1"] |= {"state": "created", "health": ""}
    assert case.inv("up", "--env=prod") == 2
    assert "inv up --env=prod --service=db" in capsys.readouterr().err
    assert case.inv("up", "--env=prod", "--service=db") == 0
    assert not case.state()["database"]
    assert case.inv("up", "--env=prod") == 0
    assert case.state()["database"]


def test_tasks_that_change_nothing_say_what_is_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And leave it as it is; `down` then ends it with the same summary and audit line as an uninterrupted one."""
    case = Down(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at="write audit.jsonl")
    capsys.readouterr()
    for task in ("status", "plan"):
        case.inv(task, "--env=dev")
        assert "inv down --env=dev completes it" in capsys.readouterr().err
    case.command()
    assert "removed 3 containers, 2 networks, volumes data, more" in capsys.readouterr().out


@pytest.mark.parametrize("kind", [Down, RotateRole], ids=lambda kind: kind.__name__)
def test_what_another_user_put_there_stops_nothing(
    kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of the name that ours would have, in a place that everyone writes to."""
    theirs = tmp_path / "shm"
    monkeypatch.setattr(ram_folder, "places", lambda: (theirs,))
    case = kind(tmp_path, monkeypatch)
    for stack in ("shop-dev", "shop-prod"):
        digest = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]
        made = theirs / f"dockgate-{os.geteuid()}" / f"{stack}-{digest}"
        made.mkdir(parents=True)
        made.parent.chmod(0o777)  # as it would not be, were it ours
        made.chmod(0o777)
    case.command()
    assert case.state()["marks"] == []
    assert capsys.readouterr().out.strip()
    assert made.is_dir()


def test_a_damaged_mark_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to do about it; it is no bug of Dockgate's."""
    case = Down(tmp_path, monkeypatch)
    assert case.knife.run(case.command, at="down")
    (mark,) = (case.project.state / "marks").glob("*.json")
    for text in ('{"action": "down"', '{"action": "down", "subject": 1}', mark.read_text().replace("networks", "x")):
        mark.write_text(text)
        assert case.inv("down", "--env=dev", "--volumes", "--yes") == 2
        assert "mark" in capsys.readouterr().err


def test_no_umask_makes_files_that_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders, on RAM too."""
    previous = os.umask(0)
    try:
        (tmp_path / "work").mkdir(0o700)
        case = RotateRole(tmp_path / "work", monkeypatch)
        for path in (tmp_path / "work").rglob("*"):
            path.chmod(path.stat().st_mode & ~0o022)
        os.umask(0)
        case.command()
    finally:
        os.umask(previous)
    assert [path for path in (tmp_path / "work").rglob("*") if path.stat().st_mode & 0o022] == []
