"""Inputs that no person would give: files, arguments and the names of variables."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from dockgate.tasks.arguments import TaskSpec


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
    "db",
    "1.0.0",
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
    environment = chance.choice(["dev", "prod"] * 12 + [*WORDS])
    found = [task, *([] if chance.random() < 0.1 or "--env" not in known[task].values else [f"--env={environment}"])]
    flags = sorted((known[task].values | known[task].switches) - {"--env", "--follow", "--lock-wait", "--timeout"})
    if "--timeout" in known[task].values:  # a made-up container may end without an event
        found.append("--timeout=1")
    if "--service" in flags and chance.random() < 0.5:
        found.append("--service=api")
    some = chance.sample(flags, min(len(flags), chance.randrange(3)))
    found += [flag if flag in known[task].switches else f"{flag}={chance.choice(WORDS)}" for flag in some]
    found += ["1.0.0"] * (task in {"releases.load", "releases.verify"}) + ["TOKEN"] * (task == "secrets.set")
    found += ["--", chance.choice(WORDS)] * (task in {"exec", "run"} and chance.random() < 0.8)
    return found + [chance.choice(WORDS)] * (chance.random() < 0.1)
