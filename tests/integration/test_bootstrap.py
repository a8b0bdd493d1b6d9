"""bootstrap, run on machines made of stand-ins: their own PATH, socket, engine, package manager and user."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TOOLS = (
    "awk basename cat chmod cksum cut date dirname env flock grep head id kill ls mkdir rm sed sh sleep tail true tr"
).split()
DOCKER = """\
#!/bin/sh
case "$1 $2" in
"compose version") echo {compose} ;;
"buildx version") echo "github.com/docker/buildx 0.29.1 x" ;;
version*) [ -n "$ELSEWHERE" ] && echo 28.0.1 || {{ [ -S {socket} ] && cat {there}/version; }} ;;
info*)
    engine=$("$0" version) || exit 1
    printf 'buildx 0.29.1\ncompose %s\nengine %s\nstore %s\n' {compose} "$engine" "$(cat {there}/store)" ;;
*) exit 1 ;;
esac
"""
DOCKERD = """\
#!{python}
import json, os, socket, sys, time
there = {there!r}
descriptors = {{os.readlink(f"/proc/self/fd/{{name}}") for name in os.listdir("/proc/self/fd") if int(name) > 2
               and os.path.exists(f"/proc/self/fd/{{name}}")}}
with open(there + "/started", "a") as file:
    print(json.dumps([os.getpid(), os.getsid(0), sorted(descriptors)]), file=file)
if os.path.exists(there + "/broken"):
    print("failed to start daemon: no such luck", file=sys.stderr)
    sys.exit(1)
time.sleep(0.3)
server = socket.socket(socket.AF_UNIX)
server.bind({socket!r})
server.listen()
while True:
    client, _ = server.accept()
    client.recv(4096)
    version = open(there + "/version").read().strip()
    client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + json.dumps({{"Version": version}}).encode())
    client.close()
"""


class Machine:
    """A checkout with its virtual environment, and the programs that are on its PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.bin = folder, folder / "checkout", folder / "bin"
        self.socket = folder / "docker.sock"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/usr/bin/{tool}")
        self._checkout()
        self.say("version", "28.5.2+dfsg4")
        self.say("store", "[[driver-type io.containerd.snapshotter.v1]]")
        self.say("os-release", 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie')
        self.docker()
        self.program("dockerd", DOCKERD.format(python=sys.executable, there=str(folder), socket=str(self.socket)))
        self.program("id", "#!/bin/sh\necho 0\n")

    def _checkout(self) -> None:
        shutil.copytree(ROOT / "requirements", self.root / "requirements")
        text = (ROOT / "bootstrap").read_text(encoding="utf-8")
        for name, place in {
            "SOCKET": "docker.sock",
            "PID_FILE": "docker.pid",
            "ENGINE_CONFIG": "etc/daemon.json",
            "DEBIAN_CLIENT": "none",
            "ENGINE_LOG": "dockerd.log",
            "APT_LOG": "apt.log",
        }.items():
            text, count = re.subn(rf"^{name}=.*$", f"{name}={self.folder / place}", text, flags=re.MULTILINE)
            assert count == 1
        # Neither this machine's service manager nor its distribution.
        text = text.replace("/run/systemd/system", str(self.folder / "systemd"))
        text = text.replace("/etc/debian_version", str(self.folder / "debian_version"))
        text = text.replace("/usr/sbin/policy-rc.d", str(self.folder / "policy-rc.d"))
        text = text.replace("/etc/os-release", str(self.folder / "os-release"))
        text = text.replace("/etc/apt/", f"{self.folder}/apt/")
        script = self.root / "bootstrap"
        script.write_text(text, encoding="utf-8")
        script.chmod(0o755)
        (self.root / ".venv/bin").mkdir(parents=True)
        (self.root / ".venv/bin/python").symlink_to(sys.executable)
        locks = b"".join((ROOT / f"requirements/{name}.lock").read_bytes() for name in ("uv", "dockgate"))
        digest = subprocess.run(["cksum"], input=locks, capture_output=True, check=True).stdout
        (self.root / ".venv/.dockgate-lock").write_bytes(digest)

    def say(self, name: str, text: str) -> None:
        (self.folder / name).write_text(f"{text}\n", encoding="utf-8")

    def program(self, name: str, text: str) -> None:
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(text, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def docker(self, compose: str = "2.40.3-3") -> None:
        self.program("docker", DOCKER.format(compose=compose, socket=self.socket, there=self.folder))

    def start(self, *words: str, fds: tuple[int, ...] = (), **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.root / "bootstrap"), *words],
            env={"PATH": str(self.bin), "HOME": str(self.folder), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=fds,
            text=True,
        )

    def run(self, *words: str, fds: tuple[int, ...] = (), **env: str) -> tuple[int, str, str]:
        process = self.start(*words, fds=fds, **env)
        out, err = process.communicate(timeout=40)
        return process.returncode, out, err

    def engines(self) -> list[list[object]]:
        file = self.folder / "started"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    @contextmanager
    def engine(self) -> Iterator[None]:
        """Run an engine that another process started."""
        with subprocess.Popen([sys.executable, str(self.bin / "dockerd")]) as process:
            deadline = time.monotonic() + 10
            while not self.socket.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            yield
            process.kill()

    def stop(self) -> None:
        for pid, *_ in self.engines():
            with suppress(ProcessLookupError):
                os.kill(int(str(pid)), signal.SIGKILL)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.stop()


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
    assert [(process.communicate(timeout=40)[0], process.returncode) for process in both] == [("done\n", 0)] * 2
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
    with subprocess.Popen(["env", str(daemon), "30"]) as other:
        machine.say("docker.pid", str(other.pid))
        process = machine.start("true")
        time.sleep(0.5)
        with subprocess.Popen([sys.executable, str(machine.bin / "dockerd")]) as late:  # what it would have become
            process.communicate(timeout=40)
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
    begun = time.monotonic()
    code, out, err = machine.run("true")
    assert (code, out) == (4, "")
    assert "no such luck" in err
    assert time.monotonic() - begun < 20


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


APT = """\
#!/bin/sh
echo "$@" >>{there}/apt-calls
case "$*" in
indextargets*) [ ! -e {there}/archive ] || cat {there}/archive ;;
*install*)
    [ -e {there}/lock-was-held ] || {{ : >{there}/lock-was-held; echo "E: Could not get lock /x" >&2; exit 100; }}
    mv {there}/docker-to-come {there}/bin/docker ;;
esac
"""


@pytest.fixture
def debian(machine: Machine) -> Machine:
    """Return a machine of Debian, without a client, whose package manager has one and is busy at first."""
    machine.say("debian_version", "13.1")
    (machine.bin / "docker").rename(machine.folder / "docker-to-come")
    (machine.bin / "mv").symlink_to(shutil.which("mv") or "/usr/bin/mv")
    machine.program("apt-get", APT.format(there=machine.folder))
    machine.program("apt-cache", '#!/bin/sh\necho "  Candidate: 28.5.2"\n')
    return machine


def _installed(machine: Machine) -> set[str]:
    lines = (machine.folder / "apt-calls").read_text(encoding="utf-8").splitlines()
    last = next(line for line in reversed(lines) if " install " in line)
    assert "--no-remove" in last
    return {word for word in last.partition(" install ")[2].split() if not word.startswith("-")}


def test_root_on_debian_gets_engine_and_client(debian: Machine) -> None:
    """And waits for a package manager that is busy."""
    code, out, err = debian.run("true")
    assert (code, out) == (0, ""), err
    assert _installed(debian) >= {"docker.io", "containerd", "docker-cli", "docker-compose", "docker-buildx"}


def test_a_suite_known_to_be_too_old_is_not_asked_first(debian: Machine) -> None:
    """Debian 12's lists are fetched once, together with those of the suite that has the engine."""
    debian.say("os-release", 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm')
    debian.say("archive", "http://debian.test/debian bookworm \nhttp://other.test/debian bookworm-backports ")
    (debian.folder / "apt/sources.list.d").mkdir(parents=True)
    (debian.folder / "apt/preferences.d").mkdir()
    code, _, err = debian.run("true")
    assert code == 0, err
    calls = (debian.folder / "apt-calls").read_text(encoding="utf-8").splitlines()
    assert len([line for line in calls if line.endswith(" update")]) == 1
    source = (debian.folder / "apt/sources.list.d/dockgate-forky.sources").read_text(encoding="utf-8")
    assert "URIs: http://debian.test/debian\nSuites: forky\n" in source


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
    [ "$tries" -lt 400 ] || exit 1
    sleep 0.05
done
"""


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


def test_environment_and_engine_are_installed_side_by_side(bare: Machine) -> None:
    """And each says how long it took."""
    code, _, err = bare.run("true")
    assert code == 0, err
    assert re.search(r"the virtual environment is ready \(\d+ s\)", err)
    assert re.search(r"Docker's packages are installed \(\d+ s\)", err)
    assert (bare.root / ".venv/.dockgate-lock").exists()


def test_an_environment_that_cannot_be_made_ends_it(bare: Machine) -> None:
    bare.say("no-index", "")
    code, _, err = bare.run("true")
    assert code == 4
    assert "could not install requirements/dockgate.lock" in err


def test_where_an_engine_runs_only_the_client_is_installed(debian: Machine) -> None:
    with debian.engine():
        code, _, err = debian.run("true")
    assert code == 0, err
    assert "docker-compose" in _installed(debian)
    assert not {"docker.io", "containerd"} & _installed(debian)


def test_a_running_engine_too_old_is_not_replaced(debian: Machine) -> None:
    debian.say("version", "20.10.24+dfsg1")
    with debian.engine():
        code, _, err = debian.run("true")
    assert code == 4
    assert "20.10.24" in err
    assert not (debian.folder / "apt-calls").exists()
