"""Machines: one with everything, one of Debian without a client, one without a virtual environment."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.integration.bootstrap.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APT = """\
#!/bin/sh
echo "$@" >>{there}/apt-calls
case "$*" in
indextargets*) [ ! -e {there}/archive ] || cat {there}/archive ;;
*install*docker*)
    [ -e {there}/lock-was-held ] || {{ : >{there}/lock-was-held; echo "E: Could not get lock /x" >&2; exit 100; }}
    mv {there}/docker-to-come {there}/bin/docker ;;
esac
"""


VENV = """\
#!/bin/sh
mkdir -p {venv}/bin
printf '#!/bin/sh\nexec {python} "$@"\n' >{venv}/bin/python
cp {there}/uv {venv}/bin/uv
chmod +x {venv}/bin/python {venv}/bin/uv
"""


# It waits for the packages: one after the other, it would wait in vain.
UV = """\
#!/bin/sh
[ ! -e {there}/no-index ] || exit 1
tries=0
until [ -e {there}/bin/docker ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 4000 ] || exit 1
    sleep 0.05
done
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def debian(machine: Machine) -> Machine:
    """Return a machine of Debian, without a client, whose package manager has one and is busy at first."""
    machine.say("debian_version", "13.1")
    (machine.bin / "docker").rename(machine.folder / "docker-to-come")
    (machine.bin / "mv").symlink_to(shutil.which("mv") or "/usr/bin/mv")
    machine.program("apt-get", APT.format(there=machine.folder))
    machine.program("apt-cache", '#!/bin/sh\necho "  Candidate: 28.5.2"\n')
    return machine


@pytest.fixture
def bare(debian: Machine) -> Machine:
    """Return a machine without a virtual environment either, whose Python makes one of stand-ins."""
    shutil.rmtree(debian.root / ".venv")
    venv = debian.root / ".venv"
    debian.say("uv", UV.format(there=debian.folder))
    script = VENV.format(venv=venv, there=debian.folder, python=debian.bin / "python3")
    debian.program("make-venv", script)
    (debian.bin / "cp").symlink_to(shutil.which("cp") or "/usr/bin/cp")
    words = f'*"-m venv"*) exec make-venv ;; *"-m pip"*) exit 0 ;; *) exec {sys.executable} "$@" ;;'
    debian.program("python3", f'#!/bin/sh\ncase "$*" in {words} esac\n')
    return debian
