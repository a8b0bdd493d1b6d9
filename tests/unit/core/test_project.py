"""The project's folder, configuration and environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.core.errors import ConfigError
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_is_found_from_any_folder_below(tmp_path: Path) -> None:
    """Tasks work from any folder of the repository."""
    projects.make(tmp_path)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert project.load(below, {}).root == tmp_path


def test_no_project_is_a_configuration_error(tmp_path: Path) -> None:
    """Outside a project the error says how to make one."""
    with pytest.raises(ConfigError) as caught:
        project.load(tmp_path, {})
    assert "[tool.dockgate]" in caught.value.fix


def test_environment_defaults_follow_its_name(tmp_path: Path) -> None:
    """An environment without settings has its files and layers where they are expected."""
    staging = projects.make(tmp_path).environment("staging")
    assert staging.files == ("compose/base.yaml", "compose/staging.yaml")
    assert staging.layers == ("env/base.env", "env/staging.env")
    assert staging.secrets == "env/staging.secrets.age"
    assert not staging.protected


def test_unknown_environment_names_the_near_one(tmp_path: Path) -> None:
    """A typo in --env is told with what was probably meant."""
    with pytest.raises(ConfigError) as caught:
        projects.make(tmp_path).environment("stagign")
    assert "staging" in caught.value.what


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("protectd = true", "protected"),
        ("protected = 'yes'", "protected"),
        ("files = ['a', 1]", "files"),
        ("files = 'a'", "files"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, line: str, word: str) -> None:
    """A key that nobody reads, or of the wrong type, is an error that names the right one."""
    text = f"[tool.dockgate]\nname = 'x'\n[tool.dockgate.environments.prod]\n{line}\n"
    with pytest.raises(ConfigError) as caught:
        projects.make(tmp_path, text)
    assert word in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.path == "pyproject.toml"


def test_unknown_section_is_refused(tmp_path: Path) -> None:
    """A misspelt section would silently switch something off."""
    with pytest.raises(ConfigError, match="exemptions"):
        projects.make(tmp_path, "[tool.dockgate]\n[[tool.dockgate.exemption]]\ncode = 'x'\n")


def test_broken_toml_is_a_configuration_error(tmp_path: Path) -> None:
    """No traceback of the TOML reader."""
    with pytest.raises(ConfigError, match="not valid TOML"):
        projects.make(tmp_path, "[tool.dockgate]\nname = \n")


def test_children_see_an_allow_list_only(tmp_path: Path) -> None:
    """A credential in the shell does not reach a child process."""
    process = {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x", "COMPOSE_FILE": "other.yaml", "DOCKER_HOST": "unix:///s"}
    loaded = projects.make(tmp_path, process=process)
    assert loaded.child_env(A="1") == {"PATH": "/bin", "DOCKER_HOST": "unix:///s", "A": "1"}
