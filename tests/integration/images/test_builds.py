"""The images are built from nothing, the same bytes each time."""

from __future__ import annotations

import io
import json
import tarfile
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from backports import zstd
from msgspec.structs import replace

from dockgate.images import bake, base, base_system, build, recipe
from dockgate.images import host_resources as hosts
from dockgate.images.build import Wanted
from dockgate.images.recipe import Recipe
from dockgate.images.settings import Source
from dockgate.system import process
from tests.integration.engine_facts import docker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.images.server import World

MARKER = "marker-7f3a91"
LAYOUT = recipe.OUTPUT.replace("type=image", "type=oci").removesuffix(",unpack=true")


def test_a_second_build_has_nothing_to_do(world: World) -> None:
    again = build.ensure(world.project, world.endpoint, world.project.environment("prod"), Wanted(), pytest.fail)
    assert [image.ref for image in again] == [image.ref for image in world.images.values()]
    assert all(image.cached for image in again)


def test_a_clean_rebuild_is_the_same_image_and_holds_nothing_of_the_host(world: World, tmp_path: Path) -> None:
    """Without cache and with full provenance: the same platform manifest, and what the host lends is nowhere."""
    lent = hosts.gather(world.project)
    bundle = tmp_path / "authorities.pem"
    bundle.write_text(f"{Path(lent.ca).read_text(encoding='utf-8') if lent.ca else ''}\n# {MARKER}\n", encoding="utf-8")
    marked = replace(
        lent,
        ca=str(bundle),
        apt=f"# {MARKER}\n{lent.apt}",
        pip=f"{lent.pip or '[global]'}\n# {MARKER}\n",
        proxy=f"{lent.proxy}no_proxy={MARKER}\n",
        hidden=("NO_PROXY",),
    )
    # The client's own configuration names a proxy as well.
    config = tmp_path / "client"
    config.mkdir()
    (config / "config.json").write_text(f'{{"proxies": {{"default": {{"noProxy": "{MARKER}"}}}}}}', encoding="utf-8")
    mine = replace(world.project, process={**world.project.process, "DOCKER_CONFIG": str(config)})
    standing = base.current(world.endpoint)
    assert standing
    names = tuple(world.images)
    outputs = (f"--set={name}.output={LAYOUT},dest={tmp_path / name}.tar" for name in names)
    clean = ("--no-cache", "--set=*.attest=type=provenance,mode=max", f"--allow=fs.write={tmp_path}", *outputs)
    tags = {name: f"{name}:x" for name in names}
    wanted = bake.command(mine, world.endpoint, "docker/bake.hcl", tags, (standing, marked), clean)
    bake.run(wanted, names, lambda *_: None)
    for name in names:
        platform, content = _read(tmp_path / f"{name}.tar")
        assert platform == world.images[name].digest
        assert b"slsa.dev/provenance" in content
        assert b"root:x:0:0:" in content  # layers were read
        assert {str(member.mtime) for member in _files(tmp_path / f"{name}.tar")} == {recipe.RELEASED}
        assert MARKER.encode() not in content


def _files(layout: Path) -> Iterator[tarfile.TarInfo]:
    """Go through what is in the layers of a layout."""
    with tarfile.open(layout) as tar:
        for member in tar:
            blob = file.read() if (file := tar.extractfile(member)) else b""
            if blob.startswith(b"\x28\xb5\x2f\xfd"):
                with tarfile.open(fileobj=io.BytesIO(zstd.decompress(blob))) as layer:
                    yield from layer


def _read(layout: Path) -> tuple[str, bytes]:
    """Return the digest of the platform's manifest, and all bytes of a layout with its layers unpacked."""
    content, platform = b"", ""
    with tarfile.open(layout) as tar:
        for member in tar:
            file = tar.extractfile(member)
            blob = file.read() if file else b""
            content += zstd.decompress(blob) if blob.startswith(b"\x28\xb5\x2f\xfd") else blob
            if (
                blob.startswith(b"{")
                and b'"manifests"' in blob
                and b'"architecture":"amd64"' in blob.replace(b" ", b"")
            ):
                entries = json.loads(blob)["manifests"]
                platform = next(each["digest"] for each in entries if each["platform"]["architecture"] != "unknown")
    return platform, content


@pytest.fixture
def base_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Build bases under another name, and remove them."""
    name = f"dockgate-test/base-{uuid.uuid4().hex[:6]}:trixie"
    monkeypatch.setattr(recipe, "NEWEST", name)
    yield name
    tags = docker(
        "image", "ls", "--format={{.Repository}}:{{.Tag}}", f"--filter=reference={name.partition(':')[0]}"
    ).split()
    docker("image", "rm", "--force", *tags)


def test_the_base_is_bootstrapped_to_the_same_bytes(world: World, tmp_path: Path, base_name: str) -> None:
    """As the one that is there; where Debian's lists or our scripts are others since, as a second one of now."""
    host = hosts.gather(world.project)

    def bootstrap(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        epoch = base_system.bootstrap(world.project, host, folder / "base.tar", lambda _text: None)
        made = Recipe(Source.DEBIAN, datetime(2026, 1, number, tzinfo=UTC), epoch, folder)
        process.run(recipe.build(world.project, world.endpoint, host, made))
        return docker("image", "inspect", "--format={{.Id}}", f"{base_name}-2026010{number}T000000")

    standing = base.current(world.endpoint)
    assert standing
    first = bootstrap(1)
    assert first == standing.digest or first == bootstrap(2)


def test_a_pulled_base_is_brought_up_to_date(world: World, base_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No registry here: the local base stands in for Debian's own image."""
    standing = base.current(world.endpoint)
    assert standing
    monkeypatch.setattr(recipe, "UPSTREAM", standing.ref)
    made = Recipe(Source.REGISTRY, datetime.now(UTC), "0", world.project.root / "docker/base")
    process.run(recipe.build(world.project, world.endpoint, hosts.gather(world.project), made))
    process.run(recipe.name(world.project, made))
    labels = json.loads(docker("image", "inspect", "--format={{json .Config.Labels}}", base_name))
    assert labels["dev.dockgate.base.source"] == "registry"
