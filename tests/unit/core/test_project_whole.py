"""A loaded project, whole, and what is said of each that cannot be loaded."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.core.errors import ConfigError
from dockgate.core.project import Environment, Project

if TYPE_CHECKING:
    from pathlib import Path

DEV, OUTSIDE = "dockgate.toml:2: [tool.dockgate.environments.dev]", "[tool.dockgate] outside"
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
    ("text", "what"),
    [
        ("name = \n", "dockgate.toml: not valid TOML: Invalid value (at line 1, column 8)"),
        ("nmae = 1\n", "dockgate.toml:1: [tool.dockgate] has no key 'nmae'. Did you mean name or images?"),
        ("tool = {dockgate = 5}", "dockgate.toml: [tool.dockgate] must be a table"),
        *(
            (
                f'[environments.dev]\n{key} = "../x/y.env"\n',
                f'{DEV} {key} leads out of the project: ../x/y.env\n  → if it is meant to be: {OUTSIDE} = ["../x"]',
            )
            for key in ("local", "secrets")
        ),
        (
            'project-directory = "/x"\n[environments.dev]\n',
            f'{DEV} directory leads out of the project: /x\n  → if it is meant to be: {OUTSIDE} = ["/x"]',
        ),
    ],
)
def test_what_cannot_be_loaded_is_said(tmp_path: Path, text: str, what: str) -> None:
    """With its place, and what could be meant."""
    (tmp_path / "dockgate.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        project.load(tmp_path, {})
    assert str(caught.value) == what


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


def test_a_file_of_another_tool_is_not_even_parsed(tmp_path: Path) -> None:
    """Whatever is wrong with it; the project above is found."""
    (tmp_path / "dockgate.toml").write_text('name = "above"\n')
    below = tmp_path / "a"
    below.mkdir()
    (below / "pyproject.toml").write_text("= broken\n")
    assert project.load(below, {}).name == "above"
    (below / "pyproject.toml").write_bytes(b"# dockgate \xff")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: not valid TOML: 'utf-8' codec"):
        project.load(below, {})


@pytest.mark.parametrize(("folder", "name"), [("My Shop", "myshop"), ("_-", "project"), ("a_b-c.d", "a_b-cd")])
def test_a_project_without_a_name_has_its_folders(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "dockgate.toml").touch()
    assert project.load(tmp_path / folder, {}).name == name
