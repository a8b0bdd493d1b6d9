"""A small project that runs on a swarm, and signed releases of it: built here in seconds, by no registry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dockgate.core import project
from dockgate.env import release_pointer
from dockgate.env.release_pointer import Pointer
from dockgate.release.artifact import layout, manifest
from dockgate.release.artifact.manifest import ReleasedImage
from dockgate.release.signing import keys, ssh, trust
from tests.swarm.shop_files import COMPOSE, DOCKERFILE, SCHEMA, SETTINGS
from tests.unit.release.test_ship import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.swarm.engines import Node

PAYLOAD = 3_000_000  # bytes that differ in each release: beside them, what a shipment adds can be measured
HERE = Path(__file__).resolve().parent


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


@cache  # another build meanwhile is not for the releases of this run
def _built(name: str) -> str:
    """Return this project's own image of that name, which `inv build` made."""
    found = _docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"dockgate/{name}").splitlines()
    assert found, f"there is no dockgate/{name}: inv build makes it"
    return found[0]


@dataclass(frozen=True)
class Shop:
    """The project in a folder of its own, its user, and the swarm that it runs on."""

    root: Path
    env: dict[str, str]
    nodes: Sequence[Node]
    before: Sequence[str] = ()  # a command that starts the tasks

    def inv(self, *words: str, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a task to its end and hold it to an exit code."""
        done = self.start(*words, **env)
        out, err = done.communicate(timeout=300)
        said = f"{' '.join(words)} exited {done.returncode}\n{out}\n{err}"
        assert done.returncode == code, said
        return subprocess.CompletedProcess(words, done.returncode, out, err)

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start a task in a process group of its own."""
        return subprocess.Popen(
            [*self.before, sys.executable, "-m", "dockgate", *words],
            cwd=self.root,
            env={**self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Run a task and return its document."""
        document = json.loads(self.inv(*words, "--json", code=code).stdout)
        assert isinstance(document, dict)
        return document

    def release(self, version: str, mode: str = "", registry: str = "") -> None:
        """Build, sign and promote a release; one that says that a registry has it, where one is named."""
        loaded = project.load(self.root, self.env)
        folder = manifest.folder(self.root, version)
        folder.mkdir(parents=True)
        images = [
            self._image("api", version, self._build(version, mode), folder),
            self._image("store", version, _built("valkey"), folder),
            self._image("gateway", version, _built("gateway"), folder),
        ]
        published = {"registry": registry} if registry else {}
        made = replace(signed(version, tuple(images)), published=published)
        (folder / manifest.NAME).write_bytes(made.data())
        with keys.private(loaded) as key:
            (folder / manifest.SIGNATURE).write_text(ssh.sign(loaded, key, made.data()))
        before = release_pointer.read(self.root, "prod")
        history = (before.version, *before.history) if before else ()
        pointer = Pointer(version, made.digest, made.created, made.variables(), history)
        release_pointer.write(self.root, "prod", pointer)

    @staticmethod
    def source(name: str) -> str:
        """Return the image of this project that an image of each release is a copy of."""
        return _built({"store": "valkey"}.get(name, name))

    def point(self, version: str) -> None:
        """Promote another release that is here."""
        made, _, _ = manifest.load(self.root, version)
        before = release_pointer.read(self.root, "prod")
        assert before is not None
        pointer = replace(before, version=version, manifest=made.digest, images=made.variables())
        release_pointer.write(self.root, "prod", pointer)

    def _build(self, version: str, mode: str) -> str:
        folder = self.root / "image"
        folder.mkdir(exist_ok=True)
        (folder / "payload").write_bytes(os.urandom(PAYLOAD))
        (folder / "server.py").write_bytes((HERE / "server.py").read_bytes())
        (folder / "Dockerfile").write_text(DOCKERFILE.format(base=_built("api"), version=version, mode=mode))
        _docker("buildx", "build", "--quiet", "--provenance=false", "--load", f"--tag=shop/api:{version}", str(folder))
        return f"shop/api:{version}"

    def _image(self, name: str, version: str, source: str, folder: Path) -> ReleasedImage:
        tag = f"shop/{name}:{version}"
        archive = self.root / "image.tar"
        _docker("image", "save", source, "--output", str(archive))
        digest = _docker("image", "inspect", source, "--format", "{{.Id}}")
        layout.unpack(archive, folder / "oci", {digest: layout.qualified(tag)})
        archive.unlink()
        return ReleasedImage(name, f"{name.upper()}_IMAGE", f"{tag}@{digest}", digest, digest, 1, 1, {})


def make(folder: Path, nodes: Sequence[Node], *, watch: float = 3.0, replicas: int = 2) -> Shop:
    """Write the project, with secrets and a release key."""
    (folder / "compose").mkdir(parents=True)
    (folder / "env").mkdir()
    listed = "\n".join(f'{node.name} = "{node.host}"' for node in nodes[1:])
    (folder / "pyproject.toml").write_text(SETTINGS.format(watch=watch, nodes=listed))
    (folder / "compose/base.yaml").write_text(COMPOSE.replace("{replicas}", str(replicas)))
    (folder / "env/schema.toml").write_text(SCHEMA)
    for layer in ("base", "prod"):
        (folder / f"env/{layer}.env").touch()
    home = folder / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    here = str(HERE.parents[1])
    env = {**kept, "HOME": str(home), "DOCKER_HOST": nodes[0].host, "PYTHONPATH": here}
    made = Shop(folder, env, nodes)
    made.inv("secrets.init", "--env=prod")
    loaded = project.load(folder, env)
    trust.accept(loaded, keys.generate(loaded))
    return made


def forget() -> None:
    """Remove the images that releases were made of."""
    found = _docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "shop/api").splitlines()
    if found:
        _docker("image", "rm", "--force", *found)
