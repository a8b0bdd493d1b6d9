"""Which images an environment has, and what is wrong in their configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.images import settings
from dockgate.images.settings import Source
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.images.settings import Image

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
    exporter = images(project, "prod", "postgres-exporter")[0]
    assert (exporter.variable, exporter.target, exporter.inputs) == (
        "POSTGRES_EXPORTER_IMAGE",
        "postgres-exporter",
        ("docker/postgres-exporter",),
    )


def test_the_first_image_of_a_variable_is_the_default(project: Project) -> None:
    assert [image.name for image in images(project, "prod")] == ["api", "postgres-exporter"]


def test_an_environment_chooses_another_image_for_a_variable(project: Project) -> None:
    assert [image.name for image in images(project, "dev")] == ["api-dev", "postgres-exporter"]


def test_an_environment_that_chooses_an_unknown_image_hears_the_near_ones(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"environments\.odd\.images\] API_IMAGE: unknown image 'api-deb'.*api-dev"):
        images(project, "odd")


def test_only_an_image_of_the_environment_can_be_asked_for(project: Project) -> None:
    with pytest.raises(ConfigError, match="--image: unknown image 'api-dev'"):
        images(project, "prod", "api-dev")


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
    assert (loaded.base.source, loaded.base.max_age_days, loaded.images) == (Source.AUTO, 7, ())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('[tool.dockgate.base]\nsource = "registery"', "source must be one of auto, registry, debian"),
        ('[tool.dockgate.base]\nmax-age-days = "7"', "max-age-days must be a int"),
        ("[tool.dockgate.base]\nage = 7", "age is not a key"),
        ('[tool.dockgate.images.api]\ninput = ["x"]', "input is not a key"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        settings.load(projects.make(tmp_path, f"[tool.dockgate]\n{line}\n"))
