"""From a machine with nothing but Python and git to a healthy development stack: `./bootstrap inv up --env=dev`.

The machine is a root of Debian's packages in namespaces of its own, with a network of its own; it needs root,
mmdebstrap, iproute2, iptables and pivot_root. Nothing of this machine's engine, caches or packages is seen in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure
from dockgate.core import project
from dockgate.images import debian

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SUITE = "bookworm"  # the oldest that bootstrap knows: most has to be fetched
PACKAGES = "python3,python3-venv,git,ca-certificates"
GATE = 75.0
SPACE = "dockgate-newcomer"
HERE, THERE, LINK = "198.51.100.1", "198.51.100.2", "dockgate-new0"  # RFC 5737: for documentation, so in no use
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
ENTER = """
set -e
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
for each in sys dev; do mount --rbind "/$each" "$1/$each"; done
for each in run tmp; do mount -t tmpfs tmpfs "$1/$each"; done
mkdir -p "$1/old"
cd "$1"
pivot_root . old
umount -l /old
cd /root/checkout
exec sh /root/first
"""
FIRST = """
began=$(date +%s%N)
./bootstrap inv up --env=dev >&2; code=$?
echo "$code $((($(date +%s%N) - began) / 1000000))"
./bootstrap inv down --env=dev >&2
kill "$(cat /var/run/docker.pid)"
while [ -e /var/run/docker.pid ]; do sleep 0.2; done
"""


def measure() -> Iterator[Figure]:
    """Start once, from nothing; the machine is removed at the end."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        root = Path(folder, "root")
        _machine(root)
        with _network():
            code, milliseconds = _first(root)
        if code:
            raise RuntimeError(f"./bootstrap inv up --env=dev exited {code}")
        yield Figure(
            "from nothing to a healthy dev", milliseconds / 1000, "s", GATE, detail="one run; see above for its parts"
        )


def _machine(root: Path) -> None:
    archive = debian.required(project.load(ROOT))
    command = ("mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), "-")
    _run(*command, stdin=archive.sources(SUITE))
    for file in ("/etc/resolv.conf", CERTIFICATES):
        shutil.copy(file, root / file.lstrip("/"))
    _run("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(root / "root/checkout"))
    (root / "root/first").write_text(FIRST, encoding="utf-8")


@contextmanager
def _network() -> Iterator[None]:
    peer, out = f"{LINK}p", ("-t", "nat", "-A", "POSTROUTING", "-s", f"{THERE}/32", "-j", "MASQUERADE")
    through = [("-I", "FORWARD", way, LINK, "-j", "ACCEPT") for way in ("-i", "-o")]
    _run("ip", "netns", "add", SPACE)
    try:
        _run("ip", "link", "add", LINK, "type", "veth", "peer", "name", peer, "netns", SPACE)
        _run("ip", "addr", "add", f"{HERE}/30", "dev", LINK)
        _run("ip", "link", "set", LINK, "up")
        inside = ("ip", "-n", SPACE)
        _run(*inside, "addr", "add", f"{THERE}/30", "dev", peer)
        for each in (
            ("link", "set", "lo", "up"),
            ("link", "set", peer, "up"),
            ("route", "add", "default", "via", HERE),
        ):
            _run(*inside, *each)
        for rule in (out, *through):
            _run("iptables", *rule)
        yield
    finally:
        for rule in (out, *through):
            words = ["-D" if word in {"-A", "-I"} else word for word in rule]
            _run("iptables", *words, check=False)
        _run("ip", "link", "del", LINK, check=False)
        _run("ip", "netns", "del", SPACE)


def _first(root: Path) -> tuple[int, int]:
    """Return the exit code of the first `up`, and its milliseconds; what it says is shown with the second it came."""
    keep = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    env = {
        **keep,
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "SSL_CERT_FILE": CERTIFICATES,
        "PIP_CERT": CERTIFICATES,
    }
    alone = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private")
    command = ("nsenter", f"--net=/run/netns/{SPACE}", *alone, "sh", "-c", ENTER, "sh", str(root))
    began, told = time.monotonic(), ""
    with subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(f"{time.monotonic() - began:6.1f}  {line}", end="", flush=True)
            told = line if line.replace(" ", "").strip().isdigit() else told
    code, milliseconds = told.split()
    return int(code), int(milliseconds)


def _run(*command: str, stdin: str = "", check: bool = True) -> None:
    subprocess.run(command, input=stdin, text=True, check=check)
