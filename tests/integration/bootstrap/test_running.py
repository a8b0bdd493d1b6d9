"""What bootstrap does where everything is installed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.bootstrap.machine import LONG

if TYPE_CHECKING:
    from tests.integration.bootstrap.machine import Machine


def test_it_becomes_the_command_inside_the_virtual_environment(machine: Machine) -> None:
    """Nothing but the command writes to stdout, and its exit code is the end."""
    script = 'echo "$VIRTUAL_ENV|${PATH%%:*}|$PYTHONHOME"; exit 7'
    code, out, _ = machine.run("sh", "-c", script, PYTHONHOME="/nowhere")
    venv = machine.root / ".venv"
    assert (code, out) == (7, f"{venv}|{venv}/bin|\n")


def test_a_command_that_is_not_there_is_said(machine: Machine) -> None:
    code, out, err = machine.run("iv", "up")
    assert (code, out) == (127, "")
    assert err.endswith("bootstrap: iv is not a command: ./bootstrap inv up --env=dev (./bootstrap --help)\n")


def test_alone_it_says_what_it_found_on_stderr(machine: Machine) -> None:
    code, out, err = machine.run()
    assert (code, out) == (0, "")
    for found in ("Python", "2.40.3-3", "0.29.1", "28.5.2+dfsg4", str(machine.socket)):
        assert found in err


def test_the_engine_it_starts_inherits_no_descriptor(machine: Machine) -> None:
    """Neither below ten nor above, whatever the caller had open; and it is in a session of its own."""
    read, write = os.pipe()
    high = fcntl.fcntl(write, fcntl.F_DUPFD, 50)
    try:
        code, out, _ = machine.run("true", fds=(write, high))
    finally:
        for descriptor in (write, high):
            os.close(descriptor)
    assert (code, out) == (0, "")
    ((pid, session, descriptors),) = machine.engines()
    assert descriptors == []
    assert session == pid
    os.set_blocking(read, False)
    assert os.read(read, 1) == b""  # every copy of the other end is closed, with the engine still there
    os.close(read)


def test_the_engine_it_starts_has_the_image_store(machine: Machine) -> None:
    machine.run("true")
    assert '"containerd-snapshotter": true' in (machine.folder / "etc/daemon.json").read_text(encoding="utf-8")


def test_what_an_engine_lacks_is_reported(machine: Machine) -> None:
    """It is used as it is."""
    assert "image store" not in machine.run("true")[2]
    machine.say("store", "[[Backing Filesystem extfs]]")
    code, out, err = machine.run("true")
    assert (code, out) == (0, "")
    assert "no containerd image store" in err


def test_a_configuration_that_is_there_stays(machine: Machine) -> None:
    config = machine.folder / "etc/daemon.json"
    config.parent.mkdir()
    config.write_text("{}", encoding="utf-8")
    machine.run("true")
    assert config.read_text(encoding="utf-8") == "{}"


def test_two_at_once_start_one_engine(machine: Machine) -> None:
    both = [machine.start("sh", "-c", "echo done") for _ in range(2)]
    assert [(process.communicate(timeout=LONG)[0], process.returncode) for process in both] == [("done\n", 0)] * 2
    assert len(machine.engines()) == 1


def test_the_command_keeps_its_own_descriptor_nine(machine: Machine) -> None:
    """Though the lock used that number meanwhile."""
    kept = machine.folder / "kept"
    words = [str(machine.root / "bootstrap"), "sh", "-c", "echo mine >&9"]
    env = {"PATH": str(machine.bin), "HOME": str(machine.folder)}
    subprocess.run(["sh", "-c", f'exec "$@" 9>"{kept}"', "sh", *words], env=env, check=True, capture_output=True)
    assert kept.read_text(encoding="utf-8") == "mine\n"
    assert len(machine.engines()) == 1


def test_an_engine_that_somebody_else_is_starting_is_waited_for(machine: Machine) -> None:
    """Two engines on one data folder would damage it."""
    daemon = machine.folder / "dockerd"  # the kernel names a process after its program
    shutil.copy(shutil.which("sleep") or "/usr/bin/sleep", daemon)
    with subprocess.Popen([daemon, "300"]) as other:
        machine.say("docker.pid", str(other.pid))
        process = machine.start("true")
        time.sleep(0.5)
        with subprocess.Popen([sys.executable, str(machine.bin / "dockerd")]) as late:  # what it would have become
            process.communicate(timeout=LONG)
            late.kill()
        other.kill()
    assert (process.returncode, [pid for pid, *_ in machine.engines()]) == (0, [late.pid])


def test_the_number_of_a_dead_engine_is_nobodys(machine: Machine) -> None:
    """After a reboot another process may have it."""
    machine.say("docker.pid", str(os.getpid()))
    assert machine.run("true")[0] == 0
    assert len(machine.engines()) == 1


def test_an_engine_that_ends_at_once_is_told_with_its_last_words(machine: Machine) -> None:
    machine.say("broken", "")
    code, out, err = machine.run("true")
    assert (code, out) == (4, "")
    assert "dockerd ended at once" in err
    assert "no such luck" in err


def test_without_root_it_says_who_starts_an_engine(machine: Machine) -> None:
    machine.program("id", "#!/bin/sh\necho 1000\n")
    code, out, err = machine.run("true")
    assert (code, out) == (4, "")
    assert "sudo systemctl start docker" in err
    assert machine.engines() == []


def test_an_engine_that_the_client_knows_elsewhere_is_used(machine: Machine) -> None:
    """A rootless one, behind `docker context use`."""
    machine.program("id", "#!/bin/sh\necho 1000\n")
    assert machine.run("true", ELSEWHERE="yes")[0] == 0
    assert machine.engines() == []


@pytest.mark.parametrize("missing", ["docker", "old"])
def test_without_root_or_apt_it_says_what_to_install(machine: Machine, missing: str) -> None:
    if missing == "docker":
        (machine.bin / "docker").unlink()
    else:
        machine.docker(compose="v1.29.2")
    code, out, err = machine.run("true")
    assert (code, out) == (4, "")
    assert "Docker Engine >= 26.0 with Compose >= 2.24 and buildx" in err


def test_an_engine_too_old_is_told(machine: Machine) -> None:
    machine.say("version", "20.10.24+dfsg1")
    code, _, err = machine.run("true")
    assert code == 4
    assert "20.10.24" in err
