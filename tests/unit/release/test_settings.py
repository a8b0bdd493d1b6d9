"""What `[tool.dockgate.release]` says, and what it is where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.release import settings
from dockgate.release.settings import ReleaseSettings
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
[tool.dockgate.release]
branch = "trunk"
changelog = "docs/NEWS.md"
version-file = "app/pyproject.toml"
migrations = "db"
migrations-command = ["list", "all"]
locks = ["a.lock", "b.lock"]
environment = "staging"
checks = ["nox", "make test"]
smoke = "/version"
api-tests = "pytest tests/api"
after = { prod = "staging" }
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    """Under the name that the page of the configuration has."""
    assert settings.load(projects.make(tmp_path, projects.PYPROJECT + TABLE)) == ReleaseSettings(
        branch="trunk",
        changelog="docs/NEWS.md",
        version_file="app/pyproject.toml",
        migrations="db",
        migrations_command=("list", "all"),
        locks=("a.lock", "b.lock"),
        environment="staging",
        after={"prod": "staging"},
        checks=("nox", "make test"),
        smoke="/version",
        api_tests="pytest tests/api",
    )


def test_a_project_that_says_nothing_is_released_as_most_are(tmp_path: Path) -> None:
    assert settings.load(projects.make(tmp_path)) == ReleaseSettings(
        branch="main",
        changelog="CHANGELOG.md",
        version_file="pyproject.toml",
        migrations="",
        migrations_command=(),
        locks=(),
        environment="prod",
        after={},
        checks=(),
        smoke="",
        api_tests="",
    )


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    """It would be taken for what it is meant to say."""
    project = projects.make(tmp_path, f'{projects.PYPROJECT}\n[tool.dockgate.release]\nbrnach = "x"\n')
    with pytest.raises(ConfigError, match="brnach"):
        settings.load(project)
