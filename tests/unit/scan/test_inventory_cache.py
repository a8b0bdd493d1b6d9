"""What was read out of an image is kept for its digest, and for what was sought in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.detection import provider_keys
from dockgate.scan import inventory_cache
from dockgate.scan.inventory import DebianPackage, Inventory, PythonPackage, VendoredLibrary
from dockgate.scan.leaks import Leak

if TYPE_CHECKING:
    import pytest

    from dockgate.core.project import Project


def test_what_is_kept_reads_back(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the same keys are looked for."""
    found = Inventory(
        "trixie",
        (DebianPackage("a", "1", "amd64", "a", "1"),),
        (PythonPackage("b", "2", "MIT", "p"),),
        (VendoredLibrary("c", "OpenSSL 3"),),
    )
    for each in (found, Inventory("", None, (), ())):
        made = inventory_cache.ScanCacheEntry(
            "sha256:1", "amd64", "2026-01-01T00:00:00Z", each, (Leak("history", "private key"),)
        )
        inventory_cache.write(project, "none", made)
        assert inventory_cache.read(project, "sha256:1", "none") == made
        assert inventory_cache.read(project, "sha256:1", "other") is None
        assert inventory_cache.read(project, "sha256:2", "none") is None
    with monkeypatch.context() as patch:
        patch.setattr(provider_keys, "TABLE", ())
        assert inventory_cache.read(project, "sha256:1", "none") is None
    (file,) = (project.state / "cache/scan").iterdir()
    file.write_text("{}")
    assert inventory_cache.read(project, "sha256:1", "none") is None
