"""A small project in a real git repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

PROCESS = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
SCHEMA = "[TOKEN]\nsecret = true\n[LOG_LEVEL]\n[OTHER]\n"


def git(folder: Path, *words: str) -> None:
    """Run git as a person with a name."""
    own = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *own, *words], cwd=folder, check=True, capture_output=True)


def make(folder: Path, **files: str) -> Project:
    """Write a project with three environments and commit it."""
    layers = {f"env__{name}_env": "LOG_LEVEL=info\n" for name in ("base", "dev", "staging", "prod")}
    home = folder.parent / "home"
    process = {**PROCESS, "HOME": str(home)}
    made = projects.make(folder, process=process, **{**layers, "env__schema_toml": SCHEMA, **files})
    (folder / ".gitignore").write_text(".dockgate/\n*.local.env\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "all")
    return made
