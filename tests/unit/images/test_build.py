"""What is built, what is left alone, and how images are pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ToolFailedError
from dockgate.engine import containers
from dockgate.images import bake, base, build, inputs, settings
from dockgate.images.build import BuiltImage, Wanted
from tests.unit import projects
from tests.unit.images import build_engine
from tests.unit.images.build_engine import CONFIG, ENDPOINT, Engine, ensure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dockgate.core.plan import Command
    from dockgate.core.project import Project


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return build_engine.used(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path, CONFIG)


def test_everything_that_is_missing_is_built_at_once(engine: Engine, project: Project) -> None:
    said: list[str] = []
    built = ensure(project, said=said)
    assert engine.baked == [{"api", "valkey", "prometheus"}]
    tags = {image.rpartition(":")[0]: image for image in engine.images}
    assert built == {
        name: BuiltImage(
            name,
            f"{name.upper()}_IMAGE",
            f"{tags[f'shop/{name}']}@sha256:{name}",
            f"sha256:id-{name}",
            f"sha256:{name}",
            bytes=10,
            compressed=1000,
            seconds=2.5,
            cached=False,
        )
        for name in ("api", "valkey", "prometheus")
    }
    assert said == ["base", "building api, prometheus, valkey"]


def test_a_second_build_has_nothing_to_do(engine: Engine, project: Project) -> None:
    first = ensure(project)
    assert ensure(project) == {name: replace(each, cached=True, seconds=0.0) for name, each in first.items()}
    assert len(engine.baked) == 1


@pytest.mark.usefixtures("engine")
def test_an_image_is_printed_without_its_variable(project: Project) -> None:
    api = ensure(project)["api"]
    assert api.as_json() == {
        "name": "api",
        "ref": api.ref,
        "id": "sha256:id-api",
        "digest": "sha256:api",
        "bytes": 10,
        "compressed": 1000,
        "seconds": 2.5,
        "cached": False,
    }


def test_only_what_changed_is_built_again(engine: Engine, project: Project) -> None:
    first = ensure(project)
    del engine.images[first["api"].ref.partition("@")[0]]
    again = ensure(project)
    assert engine.baked[1:] == [{"api"}]
    assert (again["api"].cached, again["valkey"].cached) == (False, True)


@pytest.mark.parametrize("others", [{"api"}, {"api", "valkey", "prometheus"}])
def test_an_image_that_somebody_else_builds_at_the_same_time_is_taken(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch, others: set[str]
) -> None:
    """Two environments brought up at once; what failed along with it is built after all."""

    def run(_command: Command, tags: Mapping[str, str], _done: object) -> dict[str, float]:
        if len(engine.baked) > 1:
            return dict.fromkeys(tags, 2.5)
        for tag in [tag for name, tag in tags.items() if name not in others]:
            del engine.images[tag]
        raise ToolFailedError('api: exporting to image: image "shop/api:1": already exists')

    monkeypatch.setattr(bake, "run", run)
    built = ensure(project)
    assert engine.baked[1:] == ([] if len(others) == 3 else [{"valkey", "prometheus"}])
    assert {name for name, image in built.items() if image.cached} == others


@pytest.mark.parametrize("ours", [set(), {"valkey"}, {"valkey", "prometheus"}], ids=["nothing", "one", "all but one"])
def test_a_build_that_failed_where_nobody_else_built_is_an_error(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch, ours: set[str]
) -> None:
    """At once: what this build finished is no sign of another process, and what failed would fail again."""

    def run(_command: Command, tags: Mapping[str, str], done: Callable[[str, float], None]) -> dict[str, float]:
        for name, tag in tags.items():
            if name in ours:
                done(name, 1.0)
            else:
                del engine.images[tag]
        raise ToolFailedError("api: RUN assemble: exit code: 1")

    monkeypatch.setattr(bake, "run", run)
    with pytest.raises(ToolFailedError, match="exit code"):
        ensure(project)
    assert len(engine.baked) == 1


def test_an_engine_without_digests_pins_by_id(engine: Engine, project: Project) -> None:
    engine.pinned = False
    api = ensure(project)["api"]
    assert (api.ref, api.digest, api.id) == ("sha256:id-api", "sha256:id-api", "sha256:id-api")


def test_an_image_of_an_idle_profile_is_named_but_not_built(engine: Engine, project: Project) -> None:
    built = ensure(project, Wanted(profiles=()))
    assert engine.baked == [{"api", "valkey"}]
    ref = ensure(project)["prometheus"].ref.partition("@")[0]
    assert built["prometheus"] == BuiltImage("prometheus", "PROMETHEUS_IMAGE", ref)


def test_what_somebody_replaced_is_neither_built_nor_named(engine: Engine, project: Project) -> None:
    assert set(ensure(project, Wanted(given=("VALKEY_IMAGE",), profiles=()))) == {"api", "prometheus"}
    assert engine.baked == [{"api"}]


@pytest.mark.parametrize("given", [(), ("API_IMAGE", "VALKEY_IMAGE", "PROMETHEUS_IMAGE")], ids=["none", "replaced"])
def test_no_base_is_looked_for_or_made_where_no_image_stands_on_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    """A repository whose Compose files pull or build what they need, on an engine that never saw Dockgate."""
    monkeypatch.setattr(base, "current", lambda _endpoint: pytest.fail("asked for the base"))
    monkeypatch.setattr(base, "ensure", lambda *_, renew: pytest.fail(f"made a base, {renew}"))
    made = projects.make(
        tmp_path, CONFIG if given else '[tool.dockgate]\nname = "s"\n[tool.dockgate.environments.prod]\n'
    )
    for build_too in (True, False):
        assert ensure(made, Wanted(given=given), build=build_too) == {}
    assert build.preview(made, ENDPOINT, made.environment("prod"), Wanted(given=given)) == ()


def test_one_image_can_be_asked_for(engine: Engine, project: Project) -> None:
    assert set(ensure(project, Wanted(only="valkey"))) == {"valkey"}
    assert engine.baked == [{"valkey"}]


@pytest.mark.usefixtures("engine")
def test_without_building_a_missing_image_is_an_error(project: Project) -> None:
    with pytest.raises(ToolFailedError) as caught:
        ensure(project, build=False)
    assert str(caught.value) == "not built: api, valkey, prometheus\n  → inv build --env=prod"


@pytest.mark.usefixtures("engine")
def test_an_image_that_the_engine_lost_is_an_error(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "image", lambda _endpoint, _tag: None)
    with pytest.raises(ToolFailedError, match=r"^api was built, but the engine does not have shop/api:[0-9a-f]{12}$"):
        ensure(project, Wanted(only="api"))


@pytest.mark.usefixtures("engine")
def test_without_building_images_that_are_there_are_taken(project: Project) -> None:
    assert ensure(project) == {
        name: replace(image, cached=False, seconds=2.5) for name, image in ensure(project, build=False).items()
    }


def test_a_new_base_is_a_new_build_of_everything(engine: Engine, project: Project) -> None:
    """As it is where Debian has other packages today, and today's are asked for."""
    ensure(project)
    ensure(project, Wanted(fresh=True))
    assert engine.baked[1] == {"api", "valkey", "prometheus"}


def test_a_preview_builds_nothing(engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a base, the tags are those of none."""
    seen = build.preview(project, ENDPOINT, project.environment("prod"), Wanted())
    assert engine.baked == []
    assert seen == tuple(
        BuiltImage(image.name, image.variable, image.ref.partition("@")[0]) for image in ensure(project).values()
    )
    assert build.preview(project, ENDPOINT, project.environment("prod"), Wanted(given=("API_IMAGE",)))[0].id
    monkeypatch.setattr(base, "current", lambda _endpoint: None)
    config = settings.load(project)
    tags = [inputs.tag(each, "", inputs.read(project, config, each)) for each in config.images]
    seen = build.preview(project, ENDPOINT, project.environment("prod"), Wanted())
    assert [each.ref for each in seen] == [
        f"shop/{each.name}:{tag}" for each, tag in zip(config.images, tags, strict=True)
    ]


@pytest.mark.parametrize(
    ("overlay", "layer", "images"),
    [
        ("services: {cache: {image: '${VALKEY_IMAGE:?}'}}", "", {"api", "valkey"}),
        ("services: {}", "CACHE=$VALKEY_IMAGE\n", {"api", "valkey"}),
        ("services: {}", "", {"api"}),
        ("include: [more.yaml]", "", {"api", "valkey", "prometheus"}),
        ("services: {web: {extends: {file: x.yaml, service: y}}}", "", {"api", "valkey", "prometheus"}),
    ],
)
def test_what_only_another_environment_uses_is_not_built(
    engine: Engine, tmp_path: Path, overlay: str, layer: str, images: set[str]
) -> None:
    """By its Compose files and env layers; files that bring others along may use every image."""
    made = projects.make(
        tmp_path,
        CONFIG,
        compose__base_yaml="services: {api: {image: '${API_IMAGE}'}}",
        compose__prod_yaml=overlay,
        compose__dev_yaml="services: {mail: {image: '${PROMETHEUS_IMAGE}'}}",
        env__prod_env=layer,
    )
    assert set(ensure(made)) == images
    assert engine.baked == [images]
    seen = build.preview(made, ENDPOINT, made.environment("prod"), Wanted())
    assert {image.name for image in seen} == images
    (row,) = [row for row in build.budget(made, made.environment("prod"), seen) if row.image == "stack"]
    assert row.actual > 0
    assert set(ensure(made, Wanted(only="prometheus"))) == {"prometheus"}
