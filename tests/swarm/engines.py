"""Real engines of the test's own: each in a network namespace, joined by a bridge, one swarm over VXLAN.

started(folder, count) -> Iterator[tuple[Node, ...]]    the first one is the manager; nothing of them stays
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0  # seconds; an engine on a busy machine answers after ten
FIRST = 1  # of the last part of an address


@dataclass
class Node:
    """One engine: its name, network namespace, address, socket and process."""

    name: str
    space: str
    address: str
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Return the engine's address for a client on this machine."""
        return f"unix://{self.folder}/docker.sock"

    def docker(self, *words: str, check: bool = True, data: bytes | None = None) -> str:
        """Run the Docker client on this engine."""
        argv = ["docker", "--host", self.host, *words]
        done = subprocess.run(argv, input=data, capture_output=True, check=False)
        assert done.returncode == 0 or not check, done.stderr.decode()
        return done.stdout.decode().strip()

    def start(self) -> None:
        """Start the engine, or start it again on what it has."""
        words = ["nsenter", f"--net=/run/netns/{self.space}", "unshare", "--uts", "sh", "-c"]
        arguments = [f"--data-root={self.folder}/data", f"--exec-root={self.folder}/exec", "--storage-driver=overlayfs"]
        arguments += [f"--pidfile={self.folder}/pid", f"--host={self.host}", f"--config-file={self.folder}/config.json"]
        program = f"hostname {self.name} && exec dockerd {' '.join(arguments)}"
        (self.folder / "pid").unlink(missing_ok=True)  # of one that was killed; its number may be another's by now
        with (self.folder / "log").open("ab") as log:
            # A group of its own: Ctrl-C is for the test, which then stops its engines in order.
            self.process = subprocess.Popen([*words, program], stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + PATIENCE
        while not self.docker("version", "--format", "{{.Server.Version}}", check=False):
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < end, "the engine does not answer"
            time.sleep(0.1)

    def kill(self) -> None:
        """End the engine as a crash would; its containers go with it, as with the machine."""
        if self.process is not None:
            for pid in (*self._below(), self.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _below(self) -> list[int]:
        """Return the processes that name this engine's folder: containerd, its shims, proxies; and what shims run."""
        every = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
        named = {pid for pid in every if str(self.folder).encode() in _read(pid, "cmdline")}
        children = {pid for pid in every if _parent(pid) in named}
        return [*named, *children]

    def stop(self) -> None:
        """Stop the engine and everything in it, as far as it still runs."""
        if self.process is not None and self.process.poll() is None:
            ids = self.docker("ps", "--quiet", check=False).split()
            if ids:
                self.docker("kill", *ids, check=False)
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        self.kill()
        for pid in self._below():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut(self, *, off: bool) -> None:
        """Take the node's cable out, or put it back."""
        _ip("netns", "exec", self.space, "ip", "link", "set", "eth0", "down" if off else "up")


def _read(pid: int, what: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{what}").read_bytes()
    return b""


def _parent(pid: int) -> int:
    words = _read(pid, "stat").rpartition(b")")[2].split()
    return int(words[1]) if words else 0


def _ip(*words: str, check: bool = True) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"ip {' '.join(words)}: {done.stderr}"


@contextmanager
def started(folder: Path, count: int) -> Iterator[tuple[Node, ...]]:
    """Yield the nodes of a new swarm; engines, namespaces and files are gone afterwards, after a failure too."""
    with alone(folder, count) as nodes:
        manager = nodes[0]
        manager.docker("swarm", "init", "--advertise-addr", manager.address, "--default-addr-pool", "10.77.0.0/16")
        token = manager.docker("swarm", "join-token", "--quiet", "worker")
        for node in nodes[1:]:
            node.docker("swarm", "join", "--advertise-addr", node.address, "--token", token, f"{manager.address}:2377")
        yield nodes


@contextmanager
def alone(folder: Path, count: int, *, live_restore: bool = False) -> Iterator[tuple[Node, ...]]:
    """Yield engines that are no swarm, which `live_restore` needs: containers then outlive their engine."""
    mark = secrets.token_hex(2)
    part = 16 + int(mark, 16) % 200
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        undo.callback(_unmount, folder)
        _bridge(mark, part, undo)
        nodes = [_node(folder, mark, part, number, undo) for number in range(FIRST, FIRST + count)]
        for node in nodes:
            settings = {"features": {"containerd-snapshotter": True}, "live-restore": live_restore}
            (node.folder / "config.json").write_text(json.dumps(settings))
            undo.callback(node.stop)
            node.start()
        yield tuple(nodes)


def _bridge(mark: str, part: int, undo: ExitStack) -> None:
    """Make a bridge in a namespace of its own, where no firewall of this machine's engine applies, and lead here."""
    hub, here = f"dg{mark}hub", f"dg{mark}h"
    _ip("netns", "add", hub)
    undo.callback(_ip, "netns", "del", hub, check=False)
    _ip("link", "add", here, "type", "veth", "peer", "name", "host", "netns", hub)
    undo.callback(_ip, "link", "del", here, check=False)
    _ip("address", "add", f"10.199.{part}.254/24", "dev", here)
    _ip("link", "set", here, "up")
    _ip("-n", hub, "link", "add", "bridge", "type", "bridge")
    _ip("-n", hub, "link", "set", "bridge", "up")
    _ip("-n", hub, "link", "set", "host", "master", "bridge", "up")


def _node(folder: Path, mark: str, part: int, number: int, undo: ExitStack) -> Node:
    space, address, hub = f"dg{mark}n{number}", f"10.199.{part}.{number}", f"dg{mark}hub"
    place = folder / f"n{number}"
    place.mkdir(parents=True)
    _ip("netns", "add", space)
    undo.callback(_ip, "netns", "del", space, check=False)
    _ip("link", "add", f"port{number}", "netns", hub, "type", "veth", "peer", "name", "eth0", "netns", space)
    _ip("-n", hub, "link", "set", f"port{number}", "master", "bridge", "up")
    _ip("-n", space, "link", "set", "lo", "up")
    _ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
    _ip("-n", space, "link", "set", "eth0", "up")
    _ip("-n", space, "route", "add", "default", "via", f"10.199.{part}.254")
    return Node(f"node{number}", space, address, place)


def _unmount(folder: Path) -> None:
    """Unmount what an engine that was killed left: layers and network namespaces below its folder."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((each for each in mounts if each.startswith(str(folder))), reverse=True):
        subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
