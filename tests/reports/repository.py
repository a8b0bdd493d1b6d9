"""A repository in an empty folder, and its user."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "LANG", "TMPDIR", "DOCKER_HOST")
CONFIGURATION = """
name = "{name}"
[environments.dev]
files = ["compose.yaml"]
[environments.staging]
files = ["compose.yaml"]
"""


class Repository:
    """Files, git and `dockgate`, with a home that has nothing in it."""

    def __init__(self, folder: Path) -> None:
        """Begin a repository below `folder`."""
        self.folder, home = folder / "repository", folder / "home"
        for each in (self.folder, home):
            each.mkdir(exist_ok=True, parents=True)
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.env |= {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "PYTHONPATH": str(ROOT)}
        self.name = "report-" + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
        self.said = self.out = self.whole = ""
        self.code = 0
        self.git("init", "-q", "-b", "main")
        for key, value in {"user.name": "test", "user.email": "test@localhost"}.items():
            self.git("config", "--global", key, value)

    def write(self, compose: str, /, configuration: str = CONFIGURATION, **files: str) -> None:
        """Write a project; `env__schema_toml` is env/schema.toml."""
        usual = {"dockgate_toml": configuration.replace("{name}", self.name), "compose_yaml": compose}
        layers = {f"env__{name}_env": "" for name in ("base", "dev", "staging")}
        for name, text in {**usual, **layers, **files}.items():
            path = self.folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def git(self, *words: str, code: int = 0) -> str:
        """Run git, and hold it to an exit code."""
        return self.run("git", *words, code=code)

    def dockgate(self, *words: str, code: int = 0, stdin: str = "", **env: str) -> str:
        """Run `dockgate`, and hold it to an exit code; return all that it said, and keep it."""
        return self.run(sys.executable, "-m", "dockgate", *words, code=code, stdin=stdin, **env)

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Run `dockgate … --json` and return its document."""
        self.dockgate(*words, "--json", code=code)
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    def ended(self, *words: str) -> int:
        """Run `dockgate` to whatever end; return its exit code, and keep what it said."""
        return self._run((sys.executable, "-m", "dockgate", *words), "", {})

    def containers(self) -> list[str]:
        """Return the ids of the containers of this repository's stacks, stopped ones too."""
        listed = subprocess.run(
            ["docker", "ps", "--all", "--quiet", "--filter", f"label=dev.dockgate.project={self.name}"],
            env=self.env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return sorted(listed.stdout.split())

    def run(self, *argv: str, code: int = 0, stdin: str = "", **env: str) -> str:
        """Run a program to its end, and hold it to an exit code."""
        ended = self._run(argv, stdin, env)
        assert ended == code, f"{' '.join(argv)} exited {ended}\n{self.whole}"
        return self.said

    def _run(self, argv: tuple[str, ...], stdin: str, env: dict[str, str]) -> int:
        done = subprocess.run(
            argv, cwd=self.folder, env={**self.env, **env}, input=stdin, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        self.out, self.whole, self.code = done.stdout, done.stdout + done.stderr, done.returncode
        self.said = " ".join(self.whole.split())
        assert "bug in Dockgate" not in self.said, self.whole
        return self.code

    def remove(self) -> None:
        """Remove the stacks of this repository, as Compose would, with their volumes; most tests have started none."""
        if not any(map(self._named, (("ps", "--all"), ("network", "ls"), ("volume", "ls")))):
            return
        for environment in ("dev", "staging", "prod"):
            self._compose(f"{self.name}-{environment}", "down", "--volumes", "--timeout=0", "--remove-orphans")

    def _named(self, words: tuple[str, ...]) -> str:
        command = ("docker", *words, "--quiet", "--filter", f"name={self.name}")
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=True).stdout

    def _compose(self, project: str, *words: str) -> None:
        command = ("docker", "compose", "--project-name", project, *words)
        done = subprocess.run(command, cwd="/", env=self.env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
