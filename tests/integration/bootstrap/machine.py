"""A machine made of stand-ins: its own PATH, socket, engine, package manager and user."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 240  # seconds; a limit for what hangs
ROOT = Path(__file__).resolve().parents[3]
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
        out, err = process.communicate(timeout=LONG)
        return process.returncode, out, err

    def base_system(self, script: str) -> None:
        """Have a program in place of the one that makes the system of the base image."""
        (self.root / "docker/base").mkdir(parents=True)
        (self.root / "dockgate/images").mkdir(parents=True)
        (self.root / "dockgate/images/base_system.py").write_text(script, encoding="utf-8")

    def installed(self) -> list[list[str]]:
        """Return what the package manager was asked to install, each time; nothing may be removed for it."""
        lines = (self.folder / "apt-calls").read_text(encoding="utf-8").splitlines()
        asked = [line for line in lines if " install " in line]
        assert all("--no-remove" in line for line in asked)
        words = (line.partition(" install ")[2].split() for line in asked)
        return [[word for word in each if not word.startswith("-")] for each in words]

    def engines(self) -> list[list[object]]:
        file = self.folder / "started"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    @contextmanager
    def engine(self) -> Iterator[None]:
        """Run an engine that another process started."""
        with subprocess.Popen([sys.executable, str(self.bin / "dockerd")]) as process:
            try:
                assert eventually(self.socket.exists, bool)
                yield
            finally:
                process.kill()

    def stop(self) -> None:
        for pid, *_ in self.engines():
            with suppress(ProcessLookupError):
                os.kill(int(str(pid)), signal.SIGKILL)
