"""What goes wrong while a stack comes up, for the question whether `up` ever says that it went well.

A small repository of its own, three environments of different hardness, real commands; an observer of its own asks the
engine what runs. `python -m bench injections` makes all of them, test_injections.py a few.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.integration import engine_facts
from tests.integration.engine_proxy import EngineProxy
from tests.integration.shop import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENVIRONMENTS = ("dev", "staging", "prod")
ROOT = str(Path(__file__).resolve().parents[2])
READY = "/dev/shm/ready"  # noqa: S108 - in a container
SERVES = f"sleep 0.2; touch {READY}; sleep 600"
CONFIGURATION = """
name = "{name}"
[environments.dev]
files = ["compose.yaml"]
layers = []
[environments.staging]
files = ["compose.yaml"]
layers = []
protected = true
[environments.prod]
files = ["compose.yaml"]
layers = []
protected = true
[[exemptions]]
code = "DG312"
path = "compose.yaml"
reason = "an image that the test made"
expires = 2027-06-01
"""
HARD = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "restart": "always",
    "logging": {"driver": "json-file", "options": {"max-size": "1m", "max-file": "2"}},
}
Change = dict[str, Any]


def probe(test: str, **more: Any) -> Change:
    """Return a health check that runs a script."""
    times = {"interval": "1s", "timeout": "1s", "retries": 1, "start_period": "3s", "start_interval": "250ms"}
    return {"test": ["CMD", "/bin/sh", "-c", test], **times, **more}


def runs(script: str, **more: Any) -> Change:
    """Return what changes of a service that runs another script."""
    return {"command": ["/bin/sh", "-c", script.replace("$", "$$")], **more}


FILLED = "while echo 0123456789012345678901234567890123456789; do :; done > /small/file; exit 28"
GROWN = "x=0123456789012345; while :; do x=$x$x; done"
# What a service does instead of serving; each is red whatever else happens.
FAULTS: dict[str, Change] = {
    "exits at once": runs("exit 1"),
    "exits at once without an error": runs("exit 0"),
    "exits before it is ready": runs("sleep 2; exit 3"),
    "exits after 20 s": runs("sleep 20; exit 3", healthcheck=probe("[ -f /dev/shm/ready ]", start_period="30s")),
    "never healthy": runs("sleep 600"),
    "a probe that hangs": runs(SERVES, healthcheck=probe("sleep 600")),
    "a probe without a program": runs(SERVES, healthcheck=probe("true") | {"test": ["CMD", "/bin/nothing"]}),
    "out of memory": runs(GROWN),
    "a full disk": runs(FILLED),
    "ends by a signal": runs("kill -SEGV $$; sleep 600"),
    "a program that does not exist": {"command": ["/bin/nothing"]},
    "an image that does not exist": {"image": "injected:nowhere", "pull_policy": "never"},
}
# Healthy at first: found where `up` still has something to do for the service.
LATER: dict[str, Change] = {
    "healthy, then unhealthy": runs(f"touch {READY}; sleep 0.7; rm {READY}; sleep 600"),
    "healthy, then exits": runs(f"touch {READY}; sleep 0.7; exit 1"),
}
JOB_FAULTS: dict[str, Change] = {
    "a migration that fails": runs("exit 1"),
    "a migration that fails late": runs("sleep 2; exit 2"),
    "a migration that never ends": runs("sleep 600"),
    "a migration out of memory": runs(GROWN),
    "a migration on a full disk": runs(FILLED),
    "a migration without its program": {"command": ["/bin/nothing"]},
}
# What others do to a container the moment it starts.
PORT, GONE = "a port that is taken", "the engine goes away"
OUTSIDE = ("kill", "rm --force", "pause")


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong in one service, while the stack is created or while it is changed."""

    environment: str
    target: str
    fault: str
    fresh: bool = False

    def __str__(self) -> str:
        """Return a name for reports."""
        return f"{self.environment}: {self.target}, {self.fault}, {'first start' if self.fresh else 'change'}"


def cases(environment: str) -> list[Case]:
    """Return every case of an environment: those of a first start come last, since they take the stack away."""
    services = ("store", "app", "edge")
    found = [Case(environment, target, fault) for fault in FAULTS for target in services]
    found += [Case(environment, "app", fault) for fault in LATER]
    found += [Case(environment, "job", fault) for fault in JOB_FAULTS]
    found += [Case(environment, target, fault) for fault in OUTSIDE for target in services]
    found += [Case(environment, target, GONE) for target in ("app", "edge", "job")]
    found.append(Case(environment, "edge", PORT))
    short = ("exits at once", "never healthy", "a probe that hangs", "out of memory", "an image that does not exist")
    found += [Case(environment, target, fault, fresh=True) for fault in short for target in ("store", "app", "edge")]
    found += [Case(environment, "app", fault, fresh=True) for fault in LATER]
    found += [Case(environment, "job", fault, fresh=True) for fault in ("a migration that fails",)]
    found.append(Case(environment, "edge", PORT, fresh=True))
    return found


@dataclass
class Verdict:
    """What `up` said of a case, and what the observer saw when it had ended."""

    case: Case
    code: int
    right: bool
    kept: bool
    seconds: float
    said: str

    @property
    def false_green(self) -> bool:
        """Return whether `up` exited 0 although not everything was as it was asked for."""
        return self.code == 0 and not self.right


@dataclass
class Scene:
    """A repository with one stack in one environment."""

    folder: Path
    image: str
    environment: str
    port: int = field(default_factory=free_port)
    variant: int = 0
    slow: bool = False

    def __post_init__(self) -> None:
        """Make the repository."""
        self.name = f"injected{os.getpid()}{self.environment}"
        self.project = f"{self.name}-{self.environment}"
        self.home = self.folder / "home"
        self.root = self.folder / "repository"
        self.home.mkdir(parents=True)
        self.root.mkdir()
        (self.root / "dockgate.toml").write_text(CONFIGURATION.format(name=self.name))
        (self.root / ".gitignore").write_text(".dockgate/\n")
        self._git("init", "-q", ".")

    def services(self, target: str, change: Change, variant: int) -> dict[str, Any]:
        """Return the stack; the target has the change and the number of this variant."""
        after = {"store": "service_healthy", "job": "service_completed_successfully", "app": "service_healthy"}
        waits = {"store": (), "job": ("store",), "app": ("store", "job"), "edge": ("app",)}
        own: dict[str, Change] = {
            "store": {"volumes": ["data:/data"]},
            "job": runs("exit 0") | {"restart": "no", "healthcheck": {"disable": True}},
            "app": {"deploy": {"replicas": 2 if self.environment == "prod" else 1}},
            "edge": {"ports": [f"127.0.0.1:{self.port}:80"]} | (runs(f"sleep 3; {SERVES}") if self.slow else {}),
        }
        return {
            name: self._service(
                {
                    **own[name],
                    "depends_on": {each: {"condition": after[each]} for each in waits[name]},
                    **(change if name == target else {}),
                    "labels": {"variant": str(variant if name == target else 0)},
                }
            )
            for name in waits
        }

    def _service(self, fields: Change) -> Change:
        limits = {"resources": {"limits": {"cpus": "0.5", "memory": "24M", "pids": 50}}}
        known: Change = {
            "image": self.image,
            "init": True,
            "user": "10001:10001",
            "stop_grace_period": "1s",
            "healthcheck": probe(f"[ -f {READY} ]"),
            "tmpfs": [
                "/tmp:rw,noexec,nosuid,nodev,size=1m,mode=1777",  # noqa: S108 - in a container
                "/small:rw,noexec,nosuid,nodev,size=64k,mode=1777",
            ],
            **(HARD if self.environment != "dev" else {}),
            **runs(SERVES),
            **fields,
        }
        known["deploy"] = {**known.get("deploy", {}), **limits}
        return known

    def write(self, target: str = "", change: Change | None = None) -> int:
        """Write and commit the stack with a change; return its number."""
        self.variant += bool(target)
        document = {"services": self.services(target, change or {}, self.variant), "volumes": {"data": {}}}
        (self.root / "compose.yaml").write_text(json.dumps(document, indent=1))
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.variant if target else 0

    def up(self, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `dockgate up` as a user would."""
        return self.dockgate("up", f"--env={self.environment}", "--timeout=28", **env)

    def down(self) -> None:
        """Remove the stack with its volume."""
        flags = (f"--env={self.environment}", "--volumes", "--yes", f"--confirm={self.environment}")
        done = self.dockgate("down", *flags)
        assert done.returncode == 0, done.stderr
        assert engine_facts.left(self.project) == []

    def dockgate(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a user of this repository."""
        known = {"PATH": os.environ["PATH"], "HOME": str(self.home), "PYTHONPATH": ROOT, **env}
        argv = [sys.executable, "-m", "dockgate", *words]
        return subprocess.run(argv, cwd=self.root, env=known, capture_output=True, text=True, timeout=300, check=False)

    def _git(self, *words: str) -> None:
        who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        subprocess.run(["git", *who, *words], cwd=self.root, check=True, capture_output=True)

    def right(self, target: str, variant: int) -> bool:
        """Ask the engine itself whether every service is as it was asked for, and nothing else is there."""
        found = engine_facts.containers(self.project)
        wanted = {"store": 1, "job": 1, "app": 2 if self.environment == "prod" else 1, "edge": 1}
        return all(
            len(found.get(name, ())) == count
            and all(self._good(one, name, variant if name == target else 0) for one in found[name])
            for name, count in wanted.items()
        )

    def serves(self, name: str) -> bool:
        """Return whether a service is as it was before the change."""
        found = engine_facts.containers(self.project).get(name, [])
        return any(self._good(one, name, 0) for one in found)

    @staticmethod
    def _good(one: dict[str, Any], name: str, variant: int) -> bool:
        state = one["State"]
        if one["Config"]["Labels"].get("variant") != str(variant):
            return False
        if name == "job":
            return bool(state["Status"] == "exited" and state["ExitCode"] == 0)
        return bool(state["Status"] == "running" and state["Health"]["Status"] == "healthy")


def inject(scene: Scene, case: Case) -> Verdict:
    """Let one thing go wrong, and return what was said and what was so; the stack is as it should be before."""
    if case.fresh:
        scene.down()
    change = {**FAULTS, **LATER, **JOB_FAULTS}.get(case.fault, {"environment": {"X": str(scene.variant)}})
    scene.slow = case.fault in LATER  # the others still come up when it fails
    if case.fault == PORT:
        scene.port = free_port()
    variant = scene.write(case.target, change)
    began = time.monotonic()
    with _trouble(scene, case) as env:
        done = scene.up(**env)
        seconds = time.monotonic() - began
        right = scene.right(case.target, variant)
        kept = not case.fresh and all(map(scene.serves, ("store", "job", "app", "edge")))
    return Verdict(case, done.returncode, right, kept, seconds, done.stderr)


def repair(scene: Scene) -> Verdict:
    """Take the change back, and return the verdict on that: green, whatever was left."""
    scene.slow = False
    scene.write()
    began = time.monotonic()
    done = scene.up()
    right = scene.right("", 0)
    case = Case(scene.environment, "", "")
    return Verdict(case, done.returncode, right, right, time.monotonic() - began, done.stderr)


@contextmanager
def _trouble(scene: Scene, case: Case) -> Iterator[dict[str, str]]:
    """Prepare what comes from outside; yield what the command has to be told."""
    if case.fault in OUTSIDE:
        with _at_start(scene, case.target, lambda key: engine_facts.docker(*case.fault.split(), key, check=False)):
            yield {}
    elif case.fault == GONE:
        with EngineProxy(scene.folder / "engine.sock") as proxy, _at_start(scene, case.target, lambda _: proxy.end()):
            yield {"DOCKER_HOST": proxy.host}
    elif case.fault == PORT:
        with socket.create_server(("127.0.0.1", scene.port)):
            yield {}
    else:
        yield {}


@contextmanager
def _at_start(scene: Scene, target: str, act: Callable[[str], object]) -> Iterator[None]:
    """Do something to each container of a service when it starts."""
    known = {one["Id"] for one in engine_facts.containers(scene.project).get(target, ())}
    filters = (f"label=com.docker.compose.project={scene.project}", f"label=com.docker.compose.service={target}")
    words = [word for each in (*filters, "event=start") for word in ("--filter", each)]
    listener = subprocess.Popen(
        [engine_facts.DOCKER, "events", *words, "--format", "{{.Actor.ID}}"], stdout=subprocess.PIPE, text=True
    )

    def follow() -> None:
        for line in listener.stdout or ():
            if line.strip() not in known or target == "job":
                with suppress(OSError):
                    act(line.strip())

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    time.sleep(0.3)
    try:
        yield
    finally:
        listener.terminate()
        thread.join()
        listener.communicate()  # closes its pipe, too
