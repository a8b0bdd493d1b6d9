"""Programs of Debian's packages, for tests that need one and must not install it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def program(name: str, folder: Path) -> str:
    """Return a program of Debian's: the installed one, else unpacked from its package, without installing it."""
    if found := shutil.which(name):
        return found
    folder.mkdir(exist_ok=True)
    for wanted in (name, f"{name}/forky"):  # what apt would install, else what a pinned source of the next suite has
        subprocess.run(["apt-get", "download", "--quiet", wanted], cwd=folder, capture_output=True, check=False)
    for package in folder.glob(f"{name}_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package.name, "."], cwd=folder, check=True)
        return str(folder / "usr/bin" / name)
    pytest.skip(f"no package {name} for this machine's apt")
