"""2,100 inputs that no person would give: files, arguments and the environment; none is a bug, none hangs.

Each is made from its own number, so that a failure can be looked at again: `-k 'fuzz[17]'`.
"""

from __future__ import annotations

import io
import os
import random
import resource
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project as projects
from dockgate.stack.runtimes.compose import removal
from dockgate.tasks import build, specs
from tests.unit.stack.startup.stacks import model, service
from tests.unit.tasks import world as worlds

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.tasks.arguments import TaskSpec
    from tests.unit.tasks.world import World

BATCHES, EACH = 42, 50
SLOWEST, LARGEST = 10.0, 300 * 1024  # seconds; KiB
# What asks an engine for more than the world's, starts an editor, or stays in the foreground.
LEFT_OUT = frozenset(
    "exec shell logs open clean doctor build lint scan sbom init run migrate secrets.edit release promote rollback "
    "deploy boot".split()
)
FILES = (
    "pyproject.toml", "compose/base.yaml", "compose/dev.yaml", "env/schema.toml", "env/base.env", "env/dev.env",
    "env/dev.local.env", "env/recipients.toml", "env/fingerprints.toml", "env/prod.secrets.age", "env/dev.release.toml",
    ".dockgate/audit.jsonl", ".dockgate/marks", ".env", ".gitattributes", "releases/1.0.0/manifest.json",
)  # fmt: skip
TEXTS = (
    b"", b"\0", b"\xff\xfe\xfd", b"[" * 5000, b"a = " + b"[" * 3000, b"=\n", b"x" * 100_000, b"'", b'"""', b"{{{{",
    b"${${${X}}}\n", b"\x1b[31m\n", b"A=\xc3\x28\n", b"[tool.dockgate]\nname = 5\n", b"[tool]\ndockgate = []\n",
    b'[tool.dockgate]\nname = "x/../y"\n[tool.dockgate.environments]\ndev = 3\n', b"- &a [*a]\n",
    b"<<<<<<< a\n=======\n",
    b"-----BEGIN AGE ENCRYPTED FILE-----\n!!!!\n-----END AGE ENCRYPTED FILE-----\n",
    b"[A]\nsecret = 1\npattern = '('\n",
    b"[dev]\nme = 'age1nope'\n", b'{"a":' * 2000, b"version = 1\n[dev]\nsalt = 'x'\n", b"A=1\nA=2\nB=$B\nC=${D:?}\n",
)  # fmt: skip
WORDS = (
    "",
    "-",
    "--",
    "dev",
    "prod",
    "\u202e",
    "\x1b]0;x\x07",
    "a" * 5000,
    "../../etc",
    "'",
    "$(id)",
    "-1",
    "1e9",
    "\n",
    "é",
)
VARIABLES = (
    "DOCKER_HOST",
    "HOME",
    "XDG_CONFIG_HOME",
    "DOCKGATE_AGE_IDENTITY",
    "DOCKGATE_RUNTIME_DIR",
    "TOKEN",
    "COLUMNS",
)


class Nothing:
    """An engine with nothing of a stack."""

    def networks(self, label: list[str]) -> list[dict[str, str]]:
        assert label
        return []

    volumes = networks


def spoil(root: Path, chance: random.Random) -> None:
    """Put something else in the place of a file."""
    path = root / chance.choice(FILES)
    before = path.read_bytes() if path.is_file() else b""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = chance.randrange(9)
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        os.mkfifo(path)
    elif kind == 2:
        path.symlink_to(path)
    elif kind == 3:
        path.symlink_to("/dev/zero")
    elif kind == 4:
        path.write_bytes(before[: chance.randrange(len(before) + 1)])
    elif kind == 5:
        cut = chance.randrange(len(before) + 1)
        path.write_bytes(before[:cut] + chance.randbytes(chance.randrange(1, 40)) + before[cut:])
    else:
        path.write_bytes(chance.choice(TEXTS) + (before if kind == 6 else b""))


def words(known: dict[str, TaskSpec], chance: random.Random) -> list[str]:
    """Return a command line: a task, mostly with an environment, and flags with anything."""
    task = chance.choice(sorted(known))
    environment = chance.choice(["dev", "dev", "prod", "prod", *WORDS])
    found = [task, *([] if chance.random() < 0.1 else [f"--env={environment}"])]
    flags = sorted((known[task].values | known[task].switches) - {"--env", "--follow", "--lock-wait", "--timeout"})
    some = chance.sample(flags, min(len(flags), chance.randrange(3)))
    found += [flag if flag in known[task].switches else f"{flag}={chance.choice(WORDS)}" for flag in some]
    return found + [chance.choice(WORDS)] * (chance.random() < 0.2)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_fuzz(batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """No exit of 1, which is a bug's; none over ten seconds; the peak of memory grows by less than 300 MB."""
    before = peak()
    known = {name: spec for name, spec in specs(build()).items() if name not in LEFT_OUT}
    for number in range(batch * EACH, (batch + 1) * EACH):
        chance = random.Random(number)  # noqa: S311 - made-up data, the same in each run
        folder = tmp_path / str(number)
        folder.mkdir()
        with monkeypatch.context() as patch:
            world = worlds.make(folder, model(service("db"), service("api")), patch)
            patch.setattr(world.engine, "containers", lambda _filters: [])
            patch.setattr(removal, "Engine", lambda _endpoint: Nothing())
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


def peak() -> int:
    """Return the most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def tried(world: World, given: list[str], patch: pytest.MonkeyPatch) -> int:
    """Run a command line; a configuration that was read before is not remembered."""
    projects._parsed.cache_clear()
    patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    return world.inv(*given, monkeypatch=patch)
