"""The build of a release: permanent tags, provenance."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockgate.images import archive, bake, base, build, host_resources, settings
from dockgate.images.base import Base
from dockgate.images.build import BuiltImage
from dockgate.images.settings import Image, Source
from dockgate.release.pipeline import attested_build
from dockgate.release.protocols import Built
from tests.unit.ocilayout import Layout, layer
from tests.unit.release.pipeline.stages import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from dockgate.core.plan import Command
    from dockgate.core.project import Project
    from dockgate.core.target import Target


def test_build_makes_permanent_tags_with_provenance(
    project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Build makes permanent tags with provenance."""
    config = settings.ImageSettings(settings.Base(), "bake.hcl", (), (Image("api", "API_IMAGE", "api-target", ()),))
    standing = Base("dockgate/base:1", DIGEST, Source.DEBIAN, datetime.now(UTC), "0")
    plain = BuiltImage("api", "API_IMAGE", f"shop/api:x@{DIGEST}", digest=DIGEST, bytes=2, compressed=1)
    monkeypatch.setattr(build, "ensure", lambda *_: (plain,))
    monkeypatch.setattr(settings, "load", lambda _: config)
    monkeypatch.setattr(base, "current", lambda _: standing)
    monkeypatch.setattr(host_resources, "gather", lambda _: host_resources.Host())
    ran: list[Command] = []
    monkeypatch.setattr(bake, "run", lambda command, *_: ran.append(command))
    made = Layout()
    digest = made.image([layer({})])
    file = made.save(tmp_path / "s.tar", digest)

    @contextmanager
    def saved(_: Project, reference: str) -> Iterator[tuple[archive.Archive, Path]]:
        assert reference == "shop/api:1.0.0"
        with archive.Archive(file) as opened:
            yield opened, file

    monkeypatch.setattr(archive, "saved", saved)
    known = attested_build.images(project, stage, lambda _: None, fresh=False)
    assert known == (Built("api", "API_IMAGE", "shop/api:x", DIGEST, DIGEST, 2, 1),)
    (found,) = attested_build.attest(project, stage, known, "1.0.0", lambda _: None)
    assert found == Built("api", "API_IMAGE", "shop/api:1.0.0", digest, digest, 2, 1)
    assert attested_build.attest(project, stage, (), "1.0.1", lambda _: None) == ()
    assert len(ran) == 1  # where every image is an earlier release's, there is nothing to build
    assert "--set=*.attest=type=provenance,mode=min,version=v1" in ran[0].argv
    assert "--set=api-target.tags=shop/api:1.0.0" in ran[0].argv
    assert ran[0].argv[-1] == "api-target"
