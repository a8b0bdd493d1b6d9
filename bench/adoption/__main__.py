"""Adopts snapshots of repositories as a stranger would, and compares what Dockgate and Compose make of each.

    python -m bench.adoption [--up] FOLDER...     each FOLDER is a repository, or a folder of examples that each are one

Needs Docker Compose, no engine; with `--up` an engine, on which missing images are stood in for. A snapshot is copied
first, and nothing of it is kept.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.adoption import bring_up
from dockgate.adoption import discovery
from dockgate.core import project
from dockgate.core.secret import MASK

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 120
DOCKER = shutil.which("docker", path=f"/usr/bin:{os.environ['PATH']}") or "docker"


@dataclass
class Row:
    """What became of one environment of one repository."""

    name: str
    init: int
    equal: bool = False
    guard: int = -1
    up: str = "not tried"
    said: str = ""

    def __str__(self) -> str:
        config = "equal" if self.equal else "DIFFERENT"
        up = self.up or "to the end"
        return f"{self.name:<48} init {self.init} config {config} guard {self.guard} up: {up} {self.said}"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a stranger would, with a home of its own."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder.parent / "home"), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def dockgate(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a task of this checkout in a folder."""
    return run(folder, sys.executable, "-m", "dockgate", *words)


def repositories(folder: Path) -> list[Path]:
    """Return the folder itself where it has Compose files, else those below it that have."""
    if discovery.find(path.name for path in folder.iterdir() if path.is_file()).compose:
        return [folder]
    return [found for each in sorted(folder.iterdir()) if each.is_dir() for found in repositories(each)]


def cleaned(node: Any) -> Any:
    """Return a model without the labels that Dockgate adds."""
    if isinstance(node, dict):
        kept = {key: cleaned(value) for key, value in node.items() if not str(key).startswith("dev.dockgate.")}
        return {key: value for key, value in kept.items() if key != "labels" or value}
    return [cleaned(each) for each in node] if isinstance(node, list) else node


def same(ours: Any, theirs: Any) -> bool:
    """Compare two models; a masked value equals any."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs) or MASK in str(ours)


def adopt(repository: Path, *, up: bool) -> list[Row]:
    """Adopt a copy of a repository, and return a row for each of its environments."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / repository.name
        shutil.copytree(repository, folder, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        (Path(place) / "home").mkdir()
        for words in (("init", "-q"), ("add", "-A")):  # what the repository ignores is what its maintainers keep out
            run(folder, "git", *words)
        made = dockgate(folder, "init", "--yes")
        if made.returncode != 0:
            return [Row(repository.name, made.returncode, said=made.stderr.strip().splitlines()[-1])]
        loaded = project.load(folder, {})
        rows = [_environment(folder, loaded.name, each) for each in loaded.environments.values()]
        for row, each in zip(rows, loaded.environments.values(), strict=True):
            if up and row.equal and row.guard == 0:
                row.up = bring_up.tried(partial(dockgate, folder), each.name, f"{loaded.name}-{each.name}")
        return rows


def _environment(folder: Path, name: str, environment: project.Environment) -> Row:
    row = Row(f"{folder.name} {environment.name}", 0)
    ours = dockgate(folder, "config", f"--env={environment.name}", "--json")
    files = [word for file in environment.files for word in ("-f", file)]
    words = (DOCKER, "compose", "-p", f"{name}-{environment.name}", *files, "config", "--format", "json")
    theirs = run(folder, *words)
    if theirs.returncode != 0:
        row.equal, row.said = ours.returncode != 0, "refused by Compose, too"
        return row
    if ours.returncode == 0:
        pair = [cleaned(json.loads(each.stdout).get("services", {})) for each in (ours, theirs)]
        row.equal = same(*pair)
    else:
        row.said = " ".join(ours.stderr.strip().splitlines()[-2:])
    row.guard = dockgate(folder, "guard", f"--env={environment.name}").returncode
    return row


def main() -> None:
    """Print a line for each environment, and the totals."""
    rows = []
    up, names = "--up" in sys.argv, [Path(each) for each in sys.argv[1:] if each != "--up"]
    for repository in (each for name in names for each in repositories(name)):
        for row in adopt(repository, up=up):
            print(row, flush=True)
            rows.append(row)
    equal, passed = (sum(row.equal for row in rows), sum(row.guard == 0 for row in rows))
    ran = sum(not row.up for row in rows)
    print(f"{len(rows)} environments, config equal {equal}, guard passes {passed}, up to the end {ran}")


if __name__ == "__main__":
    main()
