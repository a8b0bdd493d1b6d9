"""Releases for real: built, rehearsed, signed, promoted, run, rolled back, tampered with, carried elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from dockgate.core import endpoint
from dockgate.core import project as projects
from dockgate.core.target import stack_lock
from dockgate.release.pipeline import publish
from dockgate.release.signing import keys
from dockgate.system import locks, ram_folder
from tests.integration import engine_facts
from tests.integration import shop as shops
from tests.integration.shop import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.integration.shop import Shop

# Long enough to be in the middle of it: a build that runs, a stack whose database exists, a key that is in clear.
KILL_AFTER = {"build": 3.0, "scan": 0.5, "sbom": 0.5, "rehearse": 4.0}
SLSA = "https://slsa.dev/provenance/v1"
PASSWORD = "a long enough passphrase for a test"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return the shop; what it ran and built is removed."""
    with shops.opened(tmp_path_factory.mktemp("release")) as made:
        yield made


@pytest.fixture(scope="module")
def first(shop: Shop) -> dict[str, Any]:
    """Make the first release."""
    return shop.copy.json("release", "--version=1.0.0")


@pytest.fixture(scope="module")
def running(shop: Shop, first: dict[str, Any]) -> str:
    """Bring the first release to staging and to production."""
    for environment in ("staging", "prod"):
        shop.copy.inv("promote", f"--to={environment}", f"--version={first['version']}")
        shop.copy.inv("up", f"--env={environment}")
    return str(first["version"])


def test_release_is_made_rehearsed_and_verifies(shop: Shop, first: dict[str, Any]) -> None:
    """One command gives a signed set of digests; nothing of the rehearsal is left."""
    assert {step["outcome"] for step in first["steps"]} == {"done"}
    assert shop.copy.json("releases.verify", "1.0.0")["good"]
    assert shop.git("rev-parse", "v1.0.0^{commit}").strip() == first["commit"]
    assert shop.git("status", "--porcelain") == ""
    document = json.loads((shop.root / "releases/1.0.0/manifest.json").read_text())
    assert document["rehearsal"]["smoke"]
    assert engine_facts.left(f"{shop.name}-prod-rehearsal-1-0-0") == []
    kinds = {kind for image in document["images"] for kind in image["attestations"]}
    assert kinds == {"application/vnd.cyclonedx+json", "application/vnd.in-toto+json"}


def test_buildkit_provenance_is_in_each_index(shop: Shop, first: dict[str, Any]) -> None:
    """Every image carries SLSA provenance v1 from BuildKit, attached to what runs."""
    blobs = shop.root / "releases/1.0.0/oci/blobs"

    def blob(digest: str) -> dict[str, Any]:
        return dict(json.loads((blobs / digest.replace(":", "/")).read_text()))

    for image in first["images"]:
        entries = blob(image["digest"])["manifests"]
        (attached,) = [each for each in entries if "vnd.docker.reference.digest" in each.get("annotations", {})]
        layers = blob(attached["digest"])["layers"]
        assert [layer["annotations"]["in-toto.io/predicate-type"] for layer in layers] == [SLSA], image["name"]


def test_prod_takes_only_what_ran_in_staging(shop: Shop, first: dict[str, Any]) -> None:
    """A release that never ran in staging is refused for production."""
    if "prod" in shop.copy.json("releases")["releases"][0]["environments"]:
        pytest.skip("it ran already: this test is about the time before")
    document = shop.copy.json("promote", "--to=prod", f"--version={first['version']}", code=3)
    assert "staging" in document["error"]["message"]


def _ids(shop: Shop) -> dict[str, set[str]]:
    """Return the ids of production's containers by service."""
    stack = engine_facts.containers(f"{shop.name}-prod")
    return {service: {each["Id"] for each in found} for service, found in stack.items()}


def test_two_releases_and_back(shop: Shop, running: str) -> None:
    """The version changes and returns through the gateway, accounts stay, and so does each container that can."""
    assert shop.version("prod") == running
    client = shop.client("prod")
    with client.http:
        assert client.post("/api/accounts", email="a@b.example", password=PASSWORD).status_code == httpx.codes.CREATED
    before = _ids(shop)
    file = shop.root / "docker/gateway/site.conf"
    file.write_text(file.read_text() + "# another image\n")
    shop.change("a visible change")
    second = shop.copy.json("release", "--bump=minor")["version"]
    for environment in ("staging", "prod"):
        shop.copy.inv("promote", f"--to={environment}", f"--version={second}")
        shop.copy.inv("up", f"--env={environment}")
    assert (second, shop.version("prod")) == ("1.1.0", "1.1.0")
    after = _ids(shop)
    assert {name for name in before if before[name] == after[name]} == {"postgres", "valkey"}
    back = shop.copy.json("rollback", "--env=prod")
    assert (back["from"], back["version"], shop.version("prod")) == ("1.1.0", running, running)
    assert {name for name, ids in _ids(shop).items() if before[name] == ids} == {"postgres", "valkey"}
    client = shop.client("prod")
    with client.http:
        assert client.login("a@b.example", PASSWORD).status_code == httpx.codes.OK


def test_images_are_carried_to_an_engine_without_them(shop: Shop, running: str) -> None:
    """The layout brings the very digests back after the images are gone."""
    shop.copy.inv("down", "--env=prod", "--confirm=prod")
    shop.copy.inv("down", "--env=staging")
    tags = engine_facts.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{shop.name}/*").split()
    engine_facts.docker("image", "rm", "--force", *tags)
    document = shop.copy.json("up", "--env=staging", code=5)
    assert "releases.load" in document["error"]["fix"]
    promote = ("promote", "--to=staging", f"--version={running}")
    shop.copy.inv(*promote, code=5)
    shop.copy.inv("releases.load", running)
    assert "is older than" in shop.copy.inv(*promote, code=3).stderr
    shop.copy.inv(*promote, "--reason=a test")
    shop.copy.inv("up", "--env=staging")
    assert shop.version("staging") == running


@pytest.mark.parametrize("what", ["manifest.json", "manifest.json.sig", "layer", "key"])
def test_tampering_is_caught(shop: Shop, running: str, what: str) -> None:
    """A changed layer, manifest, signature or key is refused by verify, promote and up; the engine stays as it is."""
    folder = shop.root / "releases" / running
    if what == "layer":
        index = json.loads((folder / "manifest.json").read_text())["images"][0]["platform_digest"]
        layers = json.loads((folder / "oci/blobs" / index.replace(":", "/")).read_text())["layers"]
        file = folder / "oci/blobs" / layers[0]["digest"].replace(":", "/")
    else:
        file = shop.root / "release/signing.pub" if what == "key" else folder / what
    kept = file.read_bytes()
    changed = bytearray(kept)
    changed[len(kept) // 2] = ord("A") if changed[len(kept) // 2] != ord("A") else ord("B")  # a key stays one
    file.write_bytes(changed)
    try:
        engine = _everything(shop)
        said = shop.copy.inv("releases.verify", running, code=3).stderr
        shop.copy.inv("promote", "--to=staging", f"--version={running}", code=3)
        refused = shop.copy.json("up", "--env=staging", code=3)["error"]["message"]
        assert refused.removesuffix(" (nothing was changed)") in said
        assert _everything(shop) == engine
    finally:
        file.write_bytes(kept)
    shop.copy.inv("releases.verify", running)
    shop.copy.inv("up", "--env=staging")


def _everything(shop: Shop) -> dict[str, list[str]]:
    """Return what the engine has of staging, with what it does; of images, all that the shop has."""
    mine = ("--filter", f"label={engine_facts.PROJECT}={shop.name}-staging")
    listed = {
        "container": ("--all", "--no-trunc", *mine, "--format", "{{.ID}} {{.State}} {{.Image}}"),
        "network": ("--no-trunc", *mine, "--format", "{{.ID}}"),
        "volume": (*mine, "--format", "{{.Name}}"),
        "image": ("--no-trunc", "--digests", f"{shop.name}/*"),
    }
    return {kind: sorted(engine_facts.docker(kind, "ls", *words).splitlines()) for kind, words in listed.items()}


def test_release_decides_what_runs_and_says_so(shop: Shop, running: str) -> None:
    """An image that the process environment names is neither run nor said to be."""
    shop.copy.inv("promote", "--to=staging", f"--version={running}")
    shop.copy.inv("up", "--env=staging")
    engine = _everything(shop)
    done = shop.copy.inv("up", "--env=staging", API_IMAGE=f"other/api@sha256:{'0' * 64}")
    assert f"not used, because release {running} decides: API_IMAGE (your shell)" in done.stderr
    assert "from your shell: API_IMAGE" not in done.stderr
    assert _everything(shop) == engine


def test_somebody_elses_lock_is_told(shop: Shop, running: str) -> None:
    """While one works on a stack, the second is told who, exits 7, and goes on after waiting."""
    promote = ("promote", "--to=staging", f"--version={running}")
    with locks.held(
        projects.load(shop.root, {"USER": "alice"}), stack_lock(f"{shop.name}-staging", endpoint.find({})), "a test"
    ):
        assert shop.copy.json(*promote, code=7)["holder"]["owner"] == "alice"
    shop.copy.inv(*promote, "--lock-wait=5")


def _tool(name: str, folder: Path) -> str:
    """Return a program of Debian's: the installed one, else unpacked from its package, without installing it."""
    if found := shutil.which(name):
        return found
    folder.mkdir(exist_ok=True)
    for wanted in (name, f"{name}/forky"):  # what apt would install, else what a pinned source of the next suite has
        subprocess.run(["apt-get", "download", "--quiet", wanted], cwd=folder, capture_output=True, check=False)
    for package in folder.glob(f"{name}_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package.name, "."], cwd=folder, check=True)
        return str(folder / "usr/bin" / name)
    pytest.skip(f"no package {name} for this machine's apt")


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
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        pytest.fail("the registry does not answer")

    def _get(self, path: str) -> httpx.Response:
        kinds = ("index", "manifest")
        accept = ", ".join(f"application/vnd.oci.image.{kind}.v1+json" for kind in kinds)
        answer = httpx.get(f"http://127.0.0.1:{self.port}/v2/{path}", headers={"Accept": accept})
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

        It writes its links in place: one that is cut off would make it answer 500 for ever, to whoever asks.
        """
        if self.process:
            self.process.kill()
            self.process.wait()
        for link in (self.folder / "data").rglob("link"):
            if not link.stat().st_size:
                link.unlink()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """Return a registry that is not started yet."""
    made = Registry(_tool("docker-registry", tmp_path / "package"), tmp_path, free_port())
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
    killer.join(1.0)
    assert not killer.is_alive()


def test_registry_that_dies_gets_every_digest_signed_when_it_is_back(
    shop: Shop, running: str, registry: Registry, tmp_path: Path
) -> None:
    """A release whose push failed goes on; cosign verifies there by digest, and it can be loaded from there.

    The next release, which cosign does not sign, has everything there too, and takes nothing of the former away.
    """
    assert running
    program = _tool("cosign", tmp_path / "cosign")
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


STEPS = ("guard", "lint", "commit", "build", "scan", "sbom", "rehearse", "sign", "publish", "manifest", "tag")


def test_release_that_is_killed_in_every_step_is_whole_and_leaves_nothing(shop: Shop, running: str) -> None:
    """SIGKILL at each step in turn, once in the middle of the rehearsal: two commits, one tag, no key, no stack."""
    assert running
    shop.change("killed all the time")
    before = int(shop.git("rev-list", "--count", "HEAD"))
    for step in STEPS:
        process = shop.copy.start("release", "--version=3.0.0")
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"{step}: ") and "resumed" not in line:
                break
        time.sleep(KILL_AFTER.get(step, 0.02))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    made = shop.copy.json("release", "--version=3.0.0") if not _tagged(shop, "v3.0.0") else None
    assert made is None or made["version"] == "3.0.0"
    assert shop.copy.json("releases.verify", "3.0.0")["good"]
    assert int(shop.git("rev-list", "--count", "HEAD")) == before + 2
    assert shop.git("status", "--porcelain") == ""
    assert engine_facts.left(f"{shop.name}-prod-rehearsal-3-0-0") == []
    assert [*(shop.root / ".dockgate/work").iterdir()] == []
    assert [*ram_folder.base(shop.copy.env).glob(f"{keys.COPY}*")] == []


def _tagged(shop: Shop, tag: str) -> bool:
    return tag in shop.git("tag", "--list").split() and not (shop.root / ".dockgate/release/journal.json").exists()
