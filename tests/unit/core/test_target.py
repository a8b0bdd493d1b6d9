"""What a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core import target
from dockgate.core.errors import ConfigError
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_project_name_has_environment_and_instance(tmp_path: Path) -> None:
    """Stacks of two environments, or two instances, share no name."""
    loaded = projects.make(tmp_path)
    assert projects.stack(loaded).project == "shop-dev"
    assert projects.stack(loaded, "prod", "blue").project == "shop-prod-blue"


def test_line_says_environment_project_endpoint_and_files(tmp_path: Path) -> None:
    """The first line of every task."""
    made = projects.stack(projects.make(tmp_path), "staging")
    assert str(made) == (
        "environment staging · project shop-staging · endpoint unix:///nowhere/docker.sock"
        " · files compose/base.yaml compose/staging.yaml"
    )
    assert (made.root, made.name, made.instance) == (str(tmp_path), "shop", "")
    assert (made.lock, made.flags) == ("shop-staging on unix:///nowhere/docker.sock", "--env=staging")


@pytest.mark.parametrize("instance", ["-x", "A", "a b", "x" * 40, "a/b"])
def test_instance_must_fit_a_project_name(tmp_path: Path, instance: str) -> None:
    """Compose would refuse or change these."""
    with pytest.raises(ConfigError, match=r"^--instance=.* cannot be part of a Compose project name\n"):
        projects.stack(projects.make(tmp_path), "dev", instance)


@pytest.mark.parametrize(("runtime", "up"), [("compose", "up"), ("swarm", "deploy"), ("swam", "up")])
def test_the_command_that_brings_a_stack_up_is_its_runtimes(tmp_path: Path, runtime: str, up: str) -> None:
    """A runtime that does not exist is refused elsewhere, with the near ones."""
    loaded = projects.make(tmp_path, projects.PYPROJECT + f'runtime = "{runtime}"\n')
    assert projects.stack(loaded, "prod", "blue").up == f"inv {up} --env=prod --instance=blue"
    assert target.up_command(loaded.environment("prod")) == f"inv {up} --env=prod"
    assert target.up_command(loaded.environment("dev")) == "inv up --env=dev"
