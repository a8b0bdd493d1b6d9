"""2,100 inputs that no person would give: files, arguments, the environment, what programs and the engine answer.

None is a bug, none hangs, for any task. Nothing of the machine is used: no engine, no editor, no browser, no program.

Each is made from its own number, so that a failure can be looked at again: `-k 'fuzz[17]'`.
"""

from __future__ import annotations

import io
import random
import resource
import shutil
import time
import webbrowser
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import DockerException
from msgspec.structs import replace

from dockgate.core import project as projects
from dockgate.engine import sdk_client
from dockgate.stack import doctor
from dockgate.stack.runtimes.compose import removal
from dockgate.system import process
from dockgate.system.process import Result
from dockgate.tasks import build, specs
from tests import said
from tests.unit.stack.startup.stacks import COMPLETED, HEALTHY, container, model, service
from tests.unit.tasks import world as worlds
from tests.unit.tasks.fuzz_inputs import TEXTS, VARIABLES, spoil, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockgate.core.plan import Command
    from tests.unit.tasks.world import World

# Whole commands, again and again: what they run others have run, and tracing them takes as long as they do.
pytestmark = pytest.mark.no_cover

BATCHES, EACH = 42, 50
SLOWEST, LARGEST = 60.0, 300 * 1024  # seconds; KiB


WRITTEN = {"services": {"api": {"depends_on": {"migrate": {"condition": "service_completed_successfully"}}}}}
MODEL = replace(
    model(service("db"), service("migrate", None, db=HEALTHY), service("api", migrate=COMPLETED, db=HEALTHY)),
    raw=WRITTEN,
)
STORE: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def what_is_said_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let them say what they like: no one has read two thousand answers."""
    monkeypatch.setattr(said, "command", lambda _given: None)


class Nothing:
    """An engine with nothing of a stack."""

    def networks(self, label: list[str]) -> list[dict[str, str]]:
        assert label
        return []

    volumes = networks


class Client:
    """A client of the Docker SDK for an engine that has nothing, or for none at all."""

    def __init__(self, *, there: bool) -> None:
        self.there = there

    def __getattr__(self, name: str) -> Client:
        return self

    def __call__(self, *_arguments: object, **_options: object) -> Any:
        """Answer any question with an object or a list that is empty, which is the same to who looks into it."""
        if not self.there:
            raise DockerException("connection refused")
        return {}


def tool(chance: random.Random) -> Callable[..., Result]:
    """Return what stands in for every program: a third of them ends with an error, or says what nothing expects."""

    def run(command: Command, *, check: bool = True, **_options: object) -> Result:
        code = chance.choice((0, 0, 0, 1, 127))
        result = Result(code, chance.choice((b"", b"", *TEXTS)), chance.choice(TEXTS), 0.0)
        if check and code:
            raise process.failed(command, result)
        return result

    return run


@pytest.mark.parametrize("batch", range(BATCHES))
def test_fuzz(batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """No exit of 1, which is a bug's; none over a minute; the peak of memory grows by less than 300 MB."""
    before = peak()
    known = specs(build())
    for number in range(batch * EACH, (batch + 1) * EACH):
        chance = random.Random(number)  # noqa: S311 - made-up data, the same in each run
        folder = tmp_path / str(number)
        folder.mkdir()
        with monkeypatch.context() as patch:
            world = worlds.make(folder, MODEL, patch)
            furnish(world, chance, patch)
            patch.setattr(removal, "Engine", lambda _endpoint: Nothing())
            outside(world, chance, patch)
            for _ in range(chance.randrange(3)):
                spoil(folder, chance)
            if chance.random() < 0.3:
                patch.setenv(
                    chance.choice(VARIABLES),
                    chance.choice(["", "/dev/null", "x", "/nowhere", "é", "ssh://", "tcp://:"]),
                )
            given = words(known, chance)
            began = time.monotonic()
            code = tried(world, given, patch)
            said = capfd.readouterr()
            assert code != 1, f"{number}: {given}\n{said.out}{said.err}"
            assert "Traceback" not in said.err, f"{number}: {given}\n{said.err}"
            assert time.monotonic() - began < SLOWEST, f"{number}: {given}"
        shutil.rmtree(folder, ignore_errors=True)
    assert peak() - before < LARGEST


def furnish(world: World, chance: random.Random, patch: pytest.MonkeyPatch) -> None:
    """Give half of the worlds a running stack, and production a store; both are what most tasks are about."""
    world.engine.react = {"migrate": [("die", 0)]}
    if chance.random() < 0.2:  # as `init` writes it for a repository without env files
        file = world.folder / "pyproject.toml"
        file.write_text(file.read_text().replace('local = "env/dev.local.env"', "layers = []"))
    running = chance.random() < 0.5
    for name in MODEL.services if running else ():
        one = container(name, image=f"{name}:1", labels=worlds.labels(name))
        job = MODEL.services[name].one_shot
        world.engine.listed[one.id] = {
            "one": one,
            "state": "exited" if job else "running",
            "health": "" if job else "healthy",
        }
    patch.setattr(
        world.engine, "containers", lambda _filters: [*map(world.engine._entry, [*world.engine.listed.values()])]
    )
    patch.setenv("HOME", str(world.folder / "home"))
    if not STORE:
        assert tried(world, ["secrets.init", "--env=prod"], patch) == 0
        made = [path for path in world.folder.rglob("*") if path.is_file()]
        STORE.update({str(path.relative_to(world.folder)): path.read_bytes() for path in made})
    for name, content in STORE.items():
        path = world.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


def outside(world: World, chance: random.Random, patch: pytest.MonkeyPatch) -> None:
    """Let nothing of the machine answer: no engine, no program, no browser, no port."""
    patch.setattr(sdk_client.Engine, "client", Client(there=chance.random() < 0.5))
    patch.setattr(process, "follow", lambda *_arguments: Result(chance.choice((0, 1)), b"", b"", 0.0))
    patch.setattr(doctor, "_port", lambda name, _port: doctor.Check(name, good=True, found="free"))
    patch.setattr(webbrowser, "open", lambda _address: True)
    patch.setenv("EDITOR", "editor")
    if chance.random() < 0.3:
        patch.setattr(process, "run", tool(chance))
        world.code = chance.choice((0, 1, 126, 127, 130))


def peak() -> int:
    """Return the most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def tried(world: World, given: list[str], patch: pytest.MonkeyPatch) -> int:
    """Run a command line; a configuration that was read before is not remembered."""
    projects._parsed.cache_clear()
    patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    return world.inv(*given, monkeypatch=patch)
