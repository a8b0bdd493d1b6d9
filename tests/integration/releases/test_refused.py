"""Releases that were changed, images that are not the release's, locks: refused, and the engine stays as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dockgate.core import endpoint
from dockgate.core import project as projects
from dockgate.core.target import stack_lock
from dockgate.system import locks
from tests.integration import engine_facts

if TYPE_CHECKING:
    from tests.integration.shop import Shop


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
        "image": ("--no-trunc", f"{shop.name}/*", "--format", "{{.Repository}}:{{.Tag}} {{.Digest}} {{.ID}}"),
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
