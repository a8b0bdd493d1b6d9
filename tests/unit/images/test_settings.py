"""Which images an environment has, and what is wrong in their configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.images import settings
from dockgate.images.settings import Image, Source
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project

IMAGES = """
[tool.dockgate]
name = "shop"
[tool.dockgate.images]
shared = ["tools"]
[tool.dockgate.images.api]
[tool.dockgate.images.api-dev]
variable = "API_IMAGE"
inputs = ["docker/api"]
[tool.dockgate.images.postgres-exporter]
profile = "monitoring"
[tool.dockgate.environments.prod]
[tool.dockgate.environments.dev.images]
API_IMAGE = "api-dev"
[tool.dockgate.environments.odd.images]
API_IMAGE = "api-deb"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path, IMAGES)


def images(project: Project, environment: str, only: str = "") -> tuple[Image, ...]:
    return settings.of(settings.load(project), project.environment(environment), only)


def test_an_image_takes_its_variable_target_and_inputs_from_its_name(project: Project) -> None:
    name = "postgres-exporter"
    exporter = Image(name, "POSTGRES_EXPORTER_IMAGE", name, (f"docker/{name}",), "monitoring")
    assert images(project, "prod", name) == (exporter,)
    assert settings.load(project) == settings.ImageSettings(
        settings.Base(),
        "docker/bake.hcl",
        ("tools",),
        (
            Image("api", "API_IMAGE", "api", ("docker/api",)),
            Image("api-dev", "API_IMAGE", "api-dev", ("docker/api",)),
            exporter,
        ),
    )


def test_all_can_be_configured(tmp_path: Path) -> None:
    text = """
[tool.dockgate.base]
source = "registry"
max-age-days = 3
[tool.dockgate.images]
bake = "b.hcl"
shared = ["s", "t"]
[tool.dockgate.images.api]
variable = "V"
target = "t"
inputs = ["i"]
profile = "p"
"""
    assert settings.load(projects.make(tmp_path, f"[tool.dockgate]\n{text}")) == settings.ImageSettings(
        settings.Base(Source.REGISTRY, 3), "b.hcl", ("s", "t"), (Image("api", "V", "t", ("i",), "p"),)
    )


def test_the_first_image_of_a_variable_is_the_default(project: Project) -> None:
    assert [image.name for image in images(project, "prod")] == ["api", "postgres-exporter"]


def test_an_environment_chooses_another_image_for_a_variable(project: Project) -> None:
    assert [image.name for image in images(project, "dev")] == ["api-dev", "postgres-exporter"]


def test_an_environment_that_chooses_an_unknown_image_hears_the_near_ones(project: Project) -> None:
    with pytest.raises(ConfigError) as caught:
        images(project, "odd")
    what = "[tool.dockgate.environments.odd.images] API_IMAGE: unknown image 'api-deb'. Did you mean api-dev or api?"
    assert str(caught.value) == f"{what}\n  → the images here are api, api-dev, postgres-exporter"


def test_only_an_image_of_the_environment_can_be_asked_for(project: Project) -> None:
    with pytest.raises(ConfigError) as caught:
        images(project, "prod", "api-dev")
    what = "--image: unknown image 'api-dev'. Did you mean api?"
    assert str(caught.value) == f"{what}\n  → the images here are api, postgres-exporter"


def test_a_project_without_images_hears_how_to_declare_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        images(projects.make(tmp_path), "prod", "api")
    assert str(caught.value) == "--image: unknown image 'api'.\n  → declare it in [tool.dockgate.images.NAME]"


@pytest.mark.parametrize(
    ("given", "profiles", "names"),
    [
        ((), None, ["api", "postgres-exporter"]),
        ((), (), ["api"]),
        ((), ("monitoring",), ["api", "postgres-exporter"]),
        (("API_IMAGE",), None, ["postgres-exporter"]),
    ],
)
def test_replaced_images_and_idle_profiles_are_left_out(
    project: Project, given: tuple[str, ...], profiles: tuple[str, ...] | None, names: list[str]
) -> None:
    assert [image.name for image in settings.wanted(images(project, "prod"), given, profiles)] == names


def test_defaults_hold_without_any_configuration(tmp_path: Path) -> None:
    loaded = settings.load(projects.make(tmp_path))
    shared = ("docker/bake.hcl", "docker/rootfs", "docker/probe")
    assert loaded == settings.ImageSettings(settings.Base(Source.AUTO, 7), "docker/bake.hcl", shared, ())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '[tool.dockgate.base]\nsource = "registery"',
            r"source must be one of auto, registry, debian, not 'registery'\. Did you mean registry\?$",
        ),
        ('[tool.dockgate.base]\nmax-age-days = "7"', "max-age-days must be a int"),
        ("[tool.dockgate.base]\nage = 7", "age is not a key"),
        ('[tool.dockgate.images.api]\ninput = ["x"]', "input is not a key"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        settings.load(projects.make(tmp_path, f"[tool.dockgate]\n{line}\n"))
