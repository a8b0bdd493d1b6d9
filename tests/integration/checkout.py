"""A copy of this working tree in a folder of its own, operated as a user would: through `inv`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockgate.core import project
from dockgate.core.errors import ConfigError
from dockgate.env import release_pointer
from dockgate.secrets import recipients
from dockgate.secrets import store as secret_store
from dockgate.secrets.fingerprints import fingerprint_file

LARGEST = 2_000_000
ROOT = Path(__file__).resolve().parents[2]
NAME = project.load(ROOT, {}).name
KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "DOCKER_HOST")


@dataclass(frozen=True)
class Checkout:
    """A copy of the project and the process environment of its user, who has an identity of their own."""

    root: Path
    env: dict[str, str]

    def inv(self, *words: str, code: int = 0, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """Run `inv` to its end and hold it to an exit code."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("inv")), *words],
            cwd=self.root,
            env={**self.env, **env},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        self.search(done)
        assert done.returncode == code, f"inv {' '.join(words)} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def search(self, done: subprocess.CompletedProcess[str]) -> None:
        """Hold that neither what a task said nor what it left in `.dockgate` shows a secret that it could have used."""
        secrets = self.secrets()
        said = {"stdout": done.stdout, "stderr": done.stderr}
        for path in (self.root / ".dockgate").rglob("*"):
            if path.is_file() and path.stat().st_size < LARGEST:
                said[str(path)] = path.read_text(encoding="utf-8", errors="replace")
        for where, text in said.items():
            shown = [name for name, value in secrets.items() if value in text or json.dumps(value)[1:-1] in text]
            assert not shown, f"{' '.join(done.args[1:])}: {where} shows {shown}"

    def secrets(self) -> dict[str, str]:
        """Return what this user's stores hold; a certificate is public."""
        env = {name: value for name, value in self.env.items() if value}
        loaded = project.load(self.root, env)
        found: dict[str, str] = {}
        for each in loaded.environments.values():
            try:
                store = secret_store.load(loaded, each)
            except ConfigError:
                continue  # not for this user, or broken by the test
            entries = store.entries if store else {}
            found |= {f"{name} of {each.name}": entry.value.reveal() for name, entry in entries.items()}
        return {name: value for name, value in found.items() if not name.startswith("TLS_CERT") and value}

    def json(self, *words: str, code: int = 0, **env: str) -> dict[str, Any]:
        """Run `inv … --json` and return its document."""
        document = json.loads(self.inv(*words, "--json", code=code, **env).stdout)
        assert isinstance(document, dict)
        return document

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start `inv` in a process group of its own, to be interrupted."""
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("inv")), *words],
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def make(folder: Path, origin: Path = ROOT) -> Checkout:
    """Copy what git knows or would add; the copy is a repository of its own, with one commit."""
    root = folder / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=origin, capture_output=True, check=True
    )
    left_out = _of_its_people(origin)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if name in left_out:
            continue
        source, target = origin / name, root / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    home = folder / "home"
    home.mkdir()
    env = {name: os.environ[name] for name in KEPT if name in os.environ} | {"HOME": str(home)}
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "copy"]):
        who = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
        subprocess.run(["git", *who, *words], cwd=root, env=env, check=True)
    return Checkout(root, env)


def _of_its_people(origin: Path) -> set[str]:
    """Return what the copy's user cannot open or has not built: secrets, who may read them, and promoted digests."""
    environments = project.load(origin, {}).environments.values()
    of_each = (name for each in environments for name in (each.secrets, release_pointer.file(each.name)))
    return {*of_each, recipients.FILE, fingerprint_file.FILE}
