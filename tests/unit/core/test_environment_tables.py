"""An environment's table: what it holds, what holds without it, and what is refused in it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.core.errors import ConfigError
from dockgate.core.project import Environment, Project
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_environment_defaults_follow_its_name(tmp_path: Path) -> None:
    """An environment without settings has its files and layers where they are expected."""
    staging = projects.make(tmp_path).environment("staging")
    assert staging.files == ("compose/base.yaml", "compose/staging.yaml")
    assert staging.layers == ("env/base.env", "env/staging.env")
    assert staging.secrets == "env/staging.secrets.age"
    assert not staging.protected


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
    """A key that is not read, or of the wrong type, is an error that names the right one."""
    text = f"[tool.dockgate]\nname = 'x'\n[tool.dockgate.environments.prod]\n{line}\n"
    with pytest.raises(ConfigError) as caught:
        projects.make(tmp_path, text)
    assert word in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.path == "pyproject.toml"


@pytest.mark.parametrize("key", ["files", "layers"])
@pytest.mark.parametrize("name", ["../../etc/shadow", "/etc/shadow", "a/../../x", "link", "link/below"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, key: str, name: str) -> None:
    """Compose prints parts of a file that it cannot parse; a link is followed first."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "link").symlink_to("/etc")
    text = f'[tool.dockgate]\n[tool.dockgate.environments.dev]\n{key} = ["{name}"]\n'
    (root / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError, match="leads out of the project"):
        project.load(root, {})


def test_a_folder_beside_the_project_may_be_allowed(tmp_path: Path) -> None:
    """That one, and none whose name begins alike."""
    root = tmp_path / "shop"
    root.mkdir()
    text = (
        '[tool.dockgate]\noutside = ["../shared"]\n[tool.dockgate.environments.dev]\nfiles = ["../shared{}/a.yaml"]\n'
    )
    (root / "pyproject.toml").write_text(text.format(""))
    assert project.load(root, {}).environment("dev").files == ("../shared/a.yaml",)
    (root / "pyproject.toml").write_text(text.format("-else"))
    with pytest.raises(ConfigError, match="leads out"):
        project.load(root, {})


WHOLE = """
name = "shop-2"
outside = ["../shared"]
project-directory = "deploy"
[environments.prod]
files = ["a.yaml", "../shared/b.yaml"]
layers = ["x.env"]
local = "y.env"
secrets = "z.age"
protected = true
endpoints = ["ssh://h", "local"]
profiles = ["p"]
images = { API_IMAGE = "api" }
runtime = "swarm"
[environments.prod.markers]
[environments.prod.swarm]
[environments.test]
files = []
"""


def test_all_that_a_configuration_says(tmp_path: Path) -> None:
    """And what holds for an environment that says nothing."""
    (tmp_path / "dockgate.toml").write_text(WHOLE)
    loaded = project.load(tmp_path, {"A": "1"})
    prod = Environment(
        "prod",
        ("a.yaml", "../shared/b.yaml"),
        ("x.env",),
        "y.env",
        "z.age",
        protected=True,
        endpoints=("ssh://h", "local"),
        profiles=("p",),
        images=MappingProxyType({"API_IMAGE": "api"}),
        directory="deploy",
        runtime="swarm",
    )
    test = Environment(
        "test",
        (),
        ("env/base.env", "env/test.env"),
        "",
        "env/test.secrets.age",
        protected=False,
        endpoints=("local",),
        profiles=(),
        images=MappingProxyType({}),
        directory="deploy",
    )
    assert loaded.environments == {"prod": prod, "test": test}
    assert loaded == Project(tmp_path, "shop-2", loaded.environments, loaded.settings, {"A": "1"}, "dockgate.toml")
    assert (loaded.state, Project(tmp_path, "x", {}, {}, {}, place=tmp_path / "y").state) == (
        tmp_path / ".dockgate",
        tmp_path / "y" / ".dockgate",
    )
    assert (prod.is_development, test.is_development, prod.last_layer) == (False, True, "x.env")
    assert project.configured(tmp_path) == "dockgate.toml"
    assert project.configured(tmp_path.parent) is None
    [swarm] = [each for each in loaded.table("environments") if each == "prod"]
    assert loaded.table("environments").table(swarm).place("runtime").line == 14


@pytest.mark.parametrize(
    ("files", "directory"),
    [("['a.yaml']", "."), ("['x/y/a.yaml', 'b.yaml']", "x/y"), ("[]", "."), ("['./a.yaml']", ".")],
)
def test_the_project_directory(tmp_path: Path, files: str, directory: str) -> None:
    (tmp_path / "dockgate.toml").write_text(f"[environments.dev]\nfiles = {files}\n")
    assert project.load(tmp_path, {}).environment("dev").directory == directory


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("porduct", "unknown environment 'porduct'.", "--env= one of: prod, test"),
        ("pord", "unknown environment 'pord'. Did you mean prod?", "--env= one of: prod, test"),
        ("", "--env is required.", "--env= one of: prod, test"),
    ],
)
def test_an_environment_that_is_not_there(tmp_path: Path, name: str, what: str, fix: str) -> None:
    (tmp_path / "dockgate.toml").write_text(WHOLE)
    loaded = project.load(tmp_path, {})
    with pytest.raises(ConfigError) as caught:
        loaded.environment(name)
    assert (caught.value.what, caught.value.fix) == (what, fix)
    with pytest.raises(ConfigError) as caught:
        Project(tmp_path, "x", {}, {}, {}, "dockgate.toml").environment(name)
    assert str(caught.value) == (
        "no environments are configured\n"
        "  → write the table of one into dockgate.toml; or try files: inv guard -f compose.yaml"
    )
