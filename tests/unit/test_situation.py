"""What a command looks at is read once: counted where it is read, for a whole `inv up`."""

from __future__ import annotations

import json
import threading
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dockgate import situation as situations
from dockgate.compose import resolve as compose_resolve
from dockgate.compose.model import Model
from dockgate.compose.resolve import Profiles
from dockgate.core import project as loading
from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.core.location import Location
from dockgate.core.target import Target
from dockgate.env import layering, release_pointer, schema
from dockgate.env.schema import Schema
from dockgate.guardrails import project_check
from dockgate.secrets import age_file
from dockgate.situation import Situation, handed
from dockgate.system import process, ram_folder
from dockgate.system.process import Result
from dockgate.tasks import preflight
from tests.unit import projects
from tests.unit.guardrails.repository import git
from tests.unit.secrets import secretproject
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.plan import Command
    from tests.unit.tasks.world import World

REAL_RUN = process.run
REAL_RESOLVE, REAL_CHECK = compose_resolve.resolve, project_check.run
DOCUMENT = {"name": "shop-prod", "services": {"door": {"image": "door@sha256:1", "networks": {"inside": None}}}}
HASH = "123"
TOKEN = "Zq3xW9vKt5Lm8RbN2yHs7Jd4Fg6Pc1Tz"


class Counted:
    """Counts what is read, each by its name."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.read: Counter[str] = Counter()
        self._monkeypatch = monkeypatch

    def wrap(self, owner: Any, attribute: str, name: Callable[..., str]) -> None:
        """Count the calls of a function, under what `name` makes of their arguments."""
        real = getattr(owner, attribute)

        def counted(*words: Any, **options: Any) -> Any:
            if key := name(*words):
                self.read[key] += 1
            return real(*words, **options)

        self._monkeypatch.setattr(owner, attribute, counted)


def program(command: Command) -> str:
    """Name a process by what it is asked."""
    words = command.argv
    if words[0] == "git":
        settings = sum(word == "-c" for word in words)
        return f"git {words[1 + 2 * settings]}"
    if "config" not in words:
        return ""
    if "--no-interpolate" in words:
        return "Compose, as written"
    return "Compose, hashes" if "--hash" in words else f"Compose, model of {words[words.index('-p') + 1]}"


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Return the counter of a project in git, with secrets in staging and prod, whose Compose is made up."""
    monkeypatch.setenv("HOME", str(tmp_path.parent / "home"))
    monkeypatch.setenv("USER", "alice")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    stack = Model.parse(DOCUMENT)
    stack = replace(stack, services={"door": replace(stack.services["door"], config_hash=HASH)})  # what Compose creates
    world = worlds.make(tmp_path, stack, monkeypatch, "prod")
    monkeypatch.setattr(compose_resolve, "resolve", REAL_RESOLVE)
    monkeypatch.setattr(project_check, "run", REAL_CHECK)
    monkeypatch.setattr(preflight, "enforce", lambda *_: None)
    files = dict.fromkeys(("compose__dev_yaml", "compose__staging_yaml", "compose__prod_yaml"), "services: {}\n")
    made = projects.make(
        tmp_path,
        process={"HOME": str(tmp_path.parent / "home"), "USER": "alice", "PATH": "/usr/bin:/bin"},
        compose__base_yaml="services: {door: {image: 'door:1'}}\n",
        **files,
    )
    secretproject.enrolled(made, "staging", "prod")
    secretproject.stored(made, "staging", TOKEN=TOKEN[::-1])
    secretproject.stored(made, "prod", TOKEN=TOKEN)
    (tmp_path / ".gitignore").write_text(".dockgate/\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")

    def run(command: Command, **options: Any) -> Result:
        if command.argv[0] == "git":
            return REAL_RUN(command, **options)
        if "config" in command.argv:
            answer = f"door {HASH}\n".encode() if "--hash" in command.argv else json.dumps(DOCUMENT).encode()
            return Result(0, answer, b"", 0.0)
        return world.run(command)

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(ram_folder, "base", lambda _process: tmp_path.parent)
    loading._parsed.cache_clear()
    counted = Counted(world, monkeypatch)
    counted.wrap(age_file, "decrypt", lambda _data, shown, *_: f"decrypt {shown.rpartition('/')[2]}")
    counted.wrap(schema, "load", lambda *_: "schema")
    counted.wrap(layering, "merge", lambda environment, *_: f"resolve {environment.name}")
    counted.wrap(process, "run", program)
    counted.wrap(tomllib, "loads", lambda text: "pyproject.toml" if "[tool.dockgate" in text else "")
    counted.wrap(release_pointer, "read", lambda _, environment: f"pointer of {environment}")
    return counted


def test_a_cold_up_of_production_reads_each_fact_once(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard, the plan and the run are given the same: two readings could differ, and each takes its time."""
    assert counted.world.inv("up", "--env=prod", monkeypatch=monkeypatch) == 0
    assert dict(counted.read) == {
        "pyproject.toml": 1,
        "schema": 1,
        "decrypt prod.secrets.age": 1,
        "decrypt staging.secrets.age": 1,
        "resolve dev": 1,
        "resolve staging": 1,
        "resolve prod": 1,
        "pointer of prod": 1,
        "git ls-files": 1,
        "git config": 1,
        "git status": 1,
        "Compose, as written": 1,
        "Compose, model of shop-prod-guard": 1,
        "Compose, model of shop-prod": 1,
        "Compose, hashes": 1,
    }


def test_what_cannot_be_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part that needs it gets the same error, and an environment without its secrets is still looked at."""
    made = projects.make(
        tmp_path, process={"HOME": str(tmp_path)}, env__schema_toml="", env__base_env="", env__dev_env=""
    )
    (tmp_path / "env/dev.secrets.age").write_text("no age file")
    read: list[str] = []

    def refuse(_path: object, shown: str, *_rest: object) -> bytes:
        read.append(shown)
        raise age_file.SealedError("is closed", where=Location(shown))

    monkeypatch.setattr(age_file, "decrypt", refuse)
    situation = Situation(made)
    dev = made.environment("dev")
    assert [layer.sealed for layer in situation.survey(dev).layers if layer.name == "secrets"] == [True]
    for _ in range(2):
        with pytest.raises(age_file.SealedError):
            situation.resolved(dev)
    assert read == ["env/dev.secrets.age"]


def test_threads_that_ask_at_once_wait_for_one_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environments are checked side by side, and each looks at the others."""
    entered, go = threading.Event(), threading.Event()
    read: list[int] = []

    def slow(*_words: object) -> Schema:
        read.append(1)
        entered.set()
        go.wait(60)
        return Schema({})

    monkeypatch.setattr(schema, "load", slow)
    situation = Situation(projects.make(tmp_path))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: situation.schema)
        entered.wait(60)
        second = pool.submit(lambda: situation.schema)
        go.set()
        assert first.result() is second.result()
    assert read == [1]


@pytest.mark.parametrize("part", ["store", "survey", "reading", "sources", "ignored", "pointer", "containers"])
def test_a_part_is_kept_for_what_it_is_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Each environment has its own, and each stack."""
    project = projects.make(tmp_path)
    of: dict[str, Any] = {"pointer": lambda name: name, "containers": lambda name: projects.stack(project, name)}
    monkeypatch.setattr(Situation, f"_{part}", lambda _self, given: given, raising=False)
    monkeypatch.setattr(situations, "_containers", lambda given: given)
    asked = [of.get(part, project.environment)(name) for name in ("dev", "prod")]
    seen = Situation(project)
    assert [getattr(seen, part)(each) for each in asked] == asked


def test_compose_reads_a_stack_of_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the model which `up` has cached stays; no engine is asked, and every profile counts."""
    project = projects.make(tmp_path, env__base_env="", env__dev_env="")
    given: list[Any] = []
    monkeypatch.setattr(compose_resolve, "read", lambda *words: given.extend(words))
    Situation(project).reading(project.environment("dev"))
    dev, endpoint = project.environment("dev"), Endpoint(DEFAULT_HOST, "default")
    assert given[:2] == [project, Target(str(tmp_path), "shop", dev, "guard", endpoint)]
    assert (given[2].versions, given[2].profiles) == ({}, Profiles(("*",)))


@pytest.mark.parametrize(
    ("env", "layers", "fix"),
    [
        ("dev", '["env/dev.env"]', "set TOKEN in env/dev.env"),
        ("dev", "[]", 'set TOKEN in a file (layers = ["env/dev.env"] in its table)'),
        ("staging", "[]", "inv secrets.set TOKEN --env=staging"),
    ],
)
def test_a_secret_that_is_lacking_is_set_where_the_environment_keeps_it(
    tmp_path: Path, env: str, layers: str, fix: str
) -> None:
    """Development has no store: `secrets.set` would refuse."""
    table = f'[environments.{env}]\nfiles = ["compose.yaml"]\nlayers = {layers}\n'
    for name, text in {
        "env/schema.toml": "[TOKEN]\nsecret = true\n",
        "env/dev.env": "",
        "dockgate.toml": table,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    loaded = loading.load(tmp_path, {"PATH": "/usr/bin:/bin"})
    seen = Situation(loaded)
    assert handed(seen.survey(loaded.environment(env))).lacking == {"TOKEN": fix}
