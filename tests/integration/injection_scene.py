"""A small repository with one stack, and an observer of its own that asks the engine what of it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration import engine_facts
from tests.integration.injection_cases import (
    READY,
    SERVES,
    Change,
    probe,
    runs,
)
from tests.integration.shop import free_port

ROOT = str(Path(__file__).resolve().parents[2])
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
expires = 2999-12-31
"""
HARD = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "restart": "always",
    "logging": {"driver": "json-file", "options": {"max-size": "1m", "max-file": "2"}},
}


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
            "edge": {"ports": [f"127.0.0.1:{self.port}:80"]} | (runs(f"sleep 5; {SERVES}") if self.slow else {}),
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

    def up(self, seconds: int = 120, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `dockgate up` as a user would."""
        return self.dockgate("up", f"--env={self.environment}", f"--timeout={seconds}", **env)

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
