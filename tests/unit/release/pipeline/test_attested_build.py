"""The build of a release: permanent tags, provenance."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ToolFailedError
from dockgate.images import archive, bake, base, build, host_resources, settings
from dockgate.images.base import Base
from dockgate.images.build import BuiltImage
from dockgate.images.settings import Image, Source
from dockgate.release.pipeline import attested_build
from dockgate.release.protocols import Built
from tests.unit.ocilayout import Layout, layer
from tests.unit.release.pipeline.stages import DIGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

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
    said: list[str] = []

    def ensure(*given: object) -> tuple[BuiltImage, ...]:
        assert given == (project, stage.endpoint, stage.environment, build.Wanted(fresh=True), said.append)
        return (plain,)

    ran: list[Command] = []

    def run(command: Command, tags: Mapping[str, str], tell: Callable[[str, float], None]) -> None:
        assert tags == {"api-target": "shop/api:1.0.0"}
        ran.append(command)
        tell("api-target", 1.26)

    monkeypatch.setattr(build, "ensure", ensure)
    monkeypatch.setattr(settings, "load", lambda given: config if given is project else None)
    monkeypatch.setattr(base, "current", lambda given: standing if given is stage.endpoint else None)
    monkeypatch.setattr(host_resources, "gather", lambda given: host_resources.Host() if given is project else None)
    monkeypatch.setattr(bake, "run", run)
    made = Layout()
    digest = made.image([layer({})])
    file = made.save(tmp_path / "s.tar", digest)

    @contextmanager
    def saved(*given: object) -> Iterator[tuple[archive.Archive, Path]]:
        assert given == (project, "shop/api:1.0.0")
        with archive.Archive(file) as opened:
            yield opened, file

    monkeypatch.setattr(archive, "saved", saved)
    known = attested_build.images(project, stage, said.append, fresh=True)
    assert known == (Built("api", "API_IMAGE", "shop/api:x", DIGEST, DIGEST, 2, 1),)
    (found,) = attested_build.attest(project, stage, known, "1.0.0", said.append)
    assert said == ["api-target in 1.3 s"]
    assert found == Built("api", "API_IMAGE", "shop/api:1.0.0", digest, digest, 2, 1)
    assert attested_build.attest(project, stage, (), "1.0.1", lambda _: None) == ()
    assert len(ran) == 1  # where every image is an earlier release's, there is nothing to build
    assert "--set=*.attest=type=provenance,mode=min,version=v1" in ran[0].argv
    assert "--set=api-target.tags=shop/api:1.0.0" in ran[0].argv
    assert ran[0].argv[-1] == "api-target"
    expected = bake.command(
        project,
        stage.endpoint,
        "bake.hcl",
        {"api-target": "shop/api:1.0.0"},
        (standing, host_resources.Host()),
        ["--set=*.attest=type=provenance,mode=min,version=v1"],
    )
    assert ran == [expected]


def test_without_the_base_nothing_is_attested(project: Project, stage: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was there when the images were built."""
    monkeypatch.setattr(base, "current", lambda _: None)
    known = Built("api", "API_IMAGE", "shop/api:x", DIGEST, DIGEST, 2, 1)
    with pytest.raises(ToolFailedError) as caught:
        attested_build.attest(project, stage, [known], "1.0.0", print)
    assert str(caught.value) == "the base image is gone\n  → inv build"
