"""A small shop in a real git repository, with an engine and a work force that are not real."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from msgspec.structs import replace

from dockgate.core import project as projects
from dockgate.core.errors import FindingsError, ToolFailedError
from dockgate.release.protocols import Built
from dockgate.release.signing import keys
from tests.unit.ocilayout import Layout, layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockgate.core.project import Project

Made = TypeVar("Made")
# Mode and content of each path, a folder has none.
Entries = dict[str, tuple[int, bytes | None]]
PYPROJECT = """\
[project]
name = "shop"
version = "0.1.0"

[tool.dockgate]
name = "shop"

[tool.dockgate.environments.staging]
[tool.dockgate.environments.prod]
protected = true

[tool.dockgate.release]
migrations = "migrations"
locks = ["app.lock"]
after = { prod = "staging" }
"""
CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- Accounts

## [0.1.0] - 2026-01-01

- The beginning
"""
LISTS = [{"suite": "trixie", "date": "2026-11-21T00:00:00+00:00", "valid_until": None}]


def git(root: Path, *words: str, home: Path | None = None) -> str:
    env = {**os.environ, "HOME": str(home)} if home else None
    return subprocess.run(["git", *words], cwd=root, env=env, check=True, capture_output=True, text=True).stdout.strip()


def once(factory: pytest.TempPathFactory, make: Callable[[Path], Made]) -> Made:
    """Make in a new folder, with a home of its own, what the tests of a module start from copies of."""
    folder = factory.mktemp("made")
    (folder / "home").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(folder / "home"))
        return make(folder)


def shop(root: Path, home: Path) -> Project:
    """Make the repository: one commit on main, a release key, one migration."""
    for folder, entries in zip((root, home), _begun(), strict=True):
        for name, (mode, content) in entries.items():
            if content is None:
                (folder / name).mkdir(mode, parents=True, exist_ok=True)
            else:
                (folder / name).write_bytes(content)
                (folder / name).chmod(mode)
    return projects.load(root, _process(home))


def _process(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "USER": "alice"}


@cache
def _begun() -> tuple[Entries, Entries]:
    """Return repository and home: made once for all tests of a process, since Git and keys take their time."""
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder, "shop"), Path(folder, "home")
        (root / "migrations").mkdir(parents=True)
        home.mkdir()
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "CHANGELOG.md").write_text(CHANGELOG)
        (root / "app.lock").write_text("asyncpg==0.30.0\n")
        (root / ".gitignore").write_text(".dockgate/\n/releases/*/oci/\n")
        (root / "migrations" / "0001_accounts.sql").write_text("CREATE TABLE accounts (id int);\n")
        keys.generate(projects.load(root, _process(home)))
        (home / ".gitconfig").write_text("[user]\nname = Alice\nemail = alice@shop.example\n")
        git(root, "init", "--quiet", "--initial-branch=main", "--template=")
        commit(root, "begin", home)
        return _entries(root), _entries(home)


def _entries(folder: Path) -> Entries:
    found = [folder, *sorted(folder.rglob("*"))]
    return {
        str(e.relative_to(folder)): (e.stat().st_mode & 0o777, e.read_bytes() if e.is_file() else None) for e in found
    }


def commit(root: Path, message: str, home: Path | None = None) -> None:
    git(root, "add", "--all", home=home)
    git(root, "commit", "--quiet", "--allow-empty", "--message", message, home=home)


def change(root: Path, entry: str) -> None:
    """Commit something worth another release."""
    text = (root / "CHANGELOG.md").read_text().replace("## [Unreleased]\n", f"## [Unreleased]\n\n- {entry}\n", 1)
    (root / "CHANGELOG.md").write_text(text)
    commit(root, entry)


class FakeStore:
    """An engine that has images; `refuse_push` makes its registry die."""

    def __init__(self) -> None:
        self.content = Layout()
        self.images: dict[str, str] = {}
        self.pushed: dict[str, str] = {}
        self.refuse_push = False
        self.asked: list[list[str]] = []

    def digests(self, references: Sequence[str]) -> Mapping[str, str]:
        self.asked.append([*references])
        return {reference: self.images.get(reference, "") for reference in references}

    def save(self, references: Sequence[str], file: Path) -> None:
        self.content.save(file, *(self.images[reference] for reference in references))

    def load(self, file: Path) -> None:
        with tarfile.open(file) as tar:
            files = {name: content.read() for name in tar.getnames() if (content := tar.extractfile(name))}
            self.content.blobs |= {name: data for name, data in files.items() if name.startswith("blobs/")}
            for entry in json.loads(files["index.json"])["manifests"]:
                name = entry["annotations"]["io.containerd.image.name"].removeprefix("docker.io/")
                self.images[name] = entry["digest"]

    def pull(self, source: str, reference: str) -> None:
        name, _, digest = source.rpartition("@")
        assert self.pushed[f"{name}:{reference.rpartition(':')[2]}"] == digest
        self.images[reference] = digest

    def push(self, reference: str, target: str) -> str:
        if self.refuse_push:
            raise ToolFailedError("the registry does not answer")
        self.pushed[target] = reference.rpartition("@")[2] if "@" in reference else self.images[reference]
        self.images.pop(target, None)
        return self.pushed[target]

    def remote(self, reference: str, beside: str) -> bytes | None:
        repository = beside.rpartition("@")[0]
        assert beside.rpartition("@")[2] in [
            there for name, there in self.pushed.items() if name.startswith(repository)
        ]
        digest = reference.rpartition("@")[2] if "@" in reference else self.pushed.get(reference, "")
        return self.content.blobs.get(f"blobs/{digest.replace(':', '/')}")


class FakeWork:
    """The other parts of Dockgate: they remember what was asked of them, and fail where a test says so."""

    def __init__(self, store: FakeStore, root: Path) -> None:
        self.store = store
        self.root = root
        self.calls: list[str] = []
        self.blocked = False
        self.size = 1000
        self.packages = 18
        self.postgres = "17"
        self.revision = ""

    def guard(self) -> Mapping[str, Any]:
        self.calls.append("guard")
        return {"findings": 0}

    def lint(self) -> Mapping[str, Any]:
        self.calls.append("lint")
        return {}

    def images(self) -> Sequence[Built]:
        self.calls.append("build")
        return [self._built("api", git(self.root, "rev-parse", "HEAD")), self._built("postgres", self.postgres)]

    def _built(self, name: str, content: str) -> Built:
        digest = self.store.content.image([layer({"app": f"{name} {content}".encode()})])
        return Built(name, f"{name.upper()}_IMAGE", f"shop/{name}:{content}", digest, digest, self.size, self.size)

    def attest(self, images: Sequence[Built], version: str) -> Sequence[Built]:
        self.calls.append(f"attest {' '.join(image.name for image in images)}")
        return [self._attested(image, version) for image in images]

    def _attested(self, image: Built, version: str) -> Built:
        reference = f"shop/{image.name}:{version}"
        digest = self.store.content.attested(image.platform_digest, self._provenance(image.platform_digest))
        self.store.images[reference] = digest
        return replace(image, reference=reference, digest=digest)

    def _provenance(self, digest: str) -> dict[str, Any]:
        vcs = {"vcs": {"revision": self.revision or f"{git(self.root, 'rev-parse', 'HEAD')}-dirty"}}
        metadata = {"metadata": {"buildkit_metadata": vcs}}
        predicate = {"buildDefinition": {}, "runDetails": metadata}
        return {"subject": [{"digest": {"sha256": digest.partition(":")[2]}}], "predicate": predicate}

    def base(self) -> Mapping[str, str]:
        lists = "2026-11-21T00:00:00+00:00"
        return {"reference": "base:1", "digest": "sha256:" + "b" * 64, "source": "debian", "lists": lists}

    def scan(self, images: Sequence[Built]) -> Sequence[Mapping[str, Any]]:
        self.calls.append("scan")
        if self.blocked:
            raise FindingsError("libssl3t64 is behind")
        return [{"digest": image.digest, "passed": True, "lists": LISTS} for image in images]

    def bills(self, image: Built) -> Mapping[str, str]:
        self.calls.append("bills")
        return {"application/vnd.cyclonedx+json": f'{{"about": "{image.digest}"}}'}

    def rehearse(self, images: Sequence[Built], version: str) -> Mapping[str, Any]:
        self.calls.append("rehearse")
        return {"healthy": len(images), "version": version}

    def budgets(self) -> Mapping[str, Any]:
        return {"api Debian packages": {"limit": 25, "actual": self.packages, "unit": ""}}

    def tools(self) -> Mapping[str, str]:
        return {"docker": "28.5.2"}
