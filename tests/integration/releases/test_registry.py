"""A release in a registry that dies in the push."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from dockgate.release.pipeline import publish
from tests import debian_tools
from tests.integration import engine_facts
from tests.integration.releases.facts import SLSA
from tests.integration.shop import free_port
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.integration.shop import Shop


@dataclass
class Registry:
    """Debian's registry on a loopback port; it can die and come back."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        config = {
            "version": "0.1",
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }
        (self.folder / "config.yml").write_text(json.dumps(config))  # JSON is YAML
        with (self.folder / "log").open("wb") as log:
            argv = [self.program, "serve", str(self.folder / "config.yml")]
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        assert eventually(self._answers, bool), (self.folder / "log").read_text(encoding="utf-8")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _get(self, path: str) -> httpx.Response:
        kinds = ("index", "manifest")
        accept = ", ".join(f"application/vnd.oci.image.{kind}.v1+json" for kind in kinds)
        answer = httpx.get(f"http://127.0.0.1:{self.port}/v2/{path}", headers={"Accept": accept}, timeout=60)
        answer.raise_for_status()
        return answer

    def digest(self, name: str, reference: str) -> str:
        """Return the digest of what a reference is here."""
        return self._get(f"{name}/manifests/{reference}").headers["Docker-Content-Digest"]

    def document(self, name: str, reference: str) -> dict[str, Any]:
        """Return a manifest or an index."""
        return dict(self._get(f"{name}/manifests/{reference}").json())

    def blob(self, name: str, digest: str) -> bytes:
        """Return a blob, which is what its name says."""
        content = self._get(f"{name}/blobs/{digest}").content
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
        return content

    def stop(self) -> None:
        """Stop it at once.

        It writes links and manifests in place: one that is cut off would make it answer 500 for ever, to whoever asks.
        """
        if self.process:
            self.process.kill()
            self.process.wait()
        for each in (self.folder / "data").rglob("*"):
            if each.is_file() and not each.stat().st_size:
                each.unlink()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """Return a registry that is not started yet."""
    made = Registry(debian_tools.program("docker-registry", tmp_path / "package"), tmp_path, free_port())
    yield made
    made.stop()


def _dies_in_the_push(registry: Registry, release: Callable[[], None]) -> None:
    """Kill the registry as soon as the first blob is there, and let the release end."""
    blobs = registry.folder / "data/docker/registry/v2/blobs"

    def kill() -> None:
        while not blobs.exists():
            time.sleep(0.005)
        registry.stop()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    release()
    killer.join(60)
    assert not killer.is_alive()


def test_registry_that_dies_gets_every_digest_signed_when_it_is_back(
    shop: Shop, running: str, registry: Registry, tmp_path: Path
) -> None:
    """A release whose push failed goes on; cosign verifies there by digest, and it can be loaded from there.

    The next release, which cosign does not sign, has everything there too, and takes nothing of the former away.
    """
    assert running
    program = debian_tools.program("cosign", tmp_path / "cosign")
    path = f"{program.rpartition('/')[0]}:{shop.copy.env['PATH']}"
    shop.change("to a registry")
    where = f"127.0.0.1:{registry.port}"

    def refused(*words: str) -> None:
        assert "push" in shop.copy.json("release", *words, code=5, PATH=path)["error"]["fix"]

    refused("--version=2.0.0", f"--registry={where}")  # it is not there at all
    registry.start()
    _dies_in_the_push(registry, refused)
    registry.start()
    made = shop.copy.json("release", PATH=path)
    outcomes = {step["name"]: step["outcome"] for step in made["steps"]}
    assert (outcomes["build"], outcomes["rehearse"], outcomes["publish"]) == ("resumed", "resumed", "done")
    _cosign_verifies(program, shop, registry, made["images"])
    assert shop.copy.json("releases.verify", "2.0.0", PATH=path)["good"]
    assert not [*(shop.root / "releases/2.0.0").glob("*.sigstore.json")]  # cosign signs what the registry holds
    layout = shop.root / "releases/2.0.0/oci"  # a machine that has the repository and the registry, and no more
    images = json.loads((shop.root / "releases/2.0.0/manifest.json").read_text())["images"]
    engine_facts.docker("image", "rm", "--force", *(image["reference"].partition("@")[0] for image in images))
    away = layout.rename(shop.root.parent / "away")
    shop.copy.inv("promote", "--to=staging", "--version=2.0.0", code=5)
    shop.copy.inv("releases.load", "2.0.0")
    shop.copy.inv("promote", "--to=staging", "--version=2.0.0")
    away.rename(layout)
    shop.change("without cosign")
    later = shop.copy.json("release", "--version=2.1.0", f"--registry={where}")
    for image in later["images"]:
        _everything_is_in_the_registry(shop, registry, image)
    assert engine_facts.docker("image", "ls", "--all", "--quiet", f"{where}/*/*") == ""
    assert {image["digest"] for image in later["images"]} == {image["digest"] for image in made["images"]}
    _cosign_verifies(
        program, shop, registry, later["images"]
    )  # what the release before attached to them is still there


def _cosign_verifies(program: str, shop: Shop, registry: Registry, images: list[dict[str, str]]) -> None:
    """Hold that the registry has these digests, and that cosign finds its signature on each."""
    where = f"127.0.0.1:{registry.port}"
    flags = (f"--key={shop.root / 'release/cosign.pub'}", "--insecure-ignore-tlog=true", "--allow-http-registry")
    for image in images:
        assert registry.digest(f"{shop.name}/{image['name']}", image["digest"]) == image["digest"]
        reference = f"{where}/{shop.name}/{image['name']}@{image['digest']}"
        subprocess.run([program, "verify", *flags, reference], env=shop.copy.env, check=True, capture_output=True)


def _everything_is_in_the_registry(shop: Shop, registry: Registry, image: dict[str, str]) -> None:
    """Bills, provenance and the signed manifest are found from the digest alone, and are what was signed."""
    name = f"{shop.name}/{image['name']}"
    folder = shop.root / "releases/2.1.0"
    (signed,) = [
        each
        for each in json.loads((folder / "manifest.json").read_text())["images"]
        if each["digest"] == image["digest"]
    ]
    about: dict[str, list[bytes]] = {}
    for entry in registry.document(name, image["digest"].replace(":", "-"))["manifests"]:
        found = registry.document(name, entry["digest"])
        assert found["subject"]["digest"] == image["digest"]
        contents = [registry.blob(name, layer["digest"]) for layer in found["layers"]]
        about.setdefault(entry.get("artifactType", ""), []).append(b"\n".join(contents))
    for kind, digest in signed["attestations"].items():
        assert about[kind] == [registry.blob(name, digest)]
    files = [(folder / each).read_bytes() for each in ("manifest.json", "manifest.json.sig")]
    assert b"\n".join(files) in about[publish.RELEASE]
    (attached,) = [each for each in registry.document(name, image["digest"])["manifests"] if "annotations" in each]
    (layer,) = registry.document(name, attached["digest"])["layers"]
    assert json.loads(registry.blob(name, layer["digest"]))["predicateType"] == SLSA
