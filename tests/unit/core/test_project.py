"""The project's folder, its name and its environment."""

from __future__ import annotations

import json
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


def test_children_see_an_allow_list_only(tmp_path: Path) -> None:
    """A credential in the shell does not reach a child process."""
    process = {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x", "COMPOSE_FILE": "other.yaml", "DOCKER_HOST": "unix:///s"}
    loaded = projects.make(tmp_path, process=process)
    assert loaded.child_env(A="1") == {"PATH": "/bin", "DOCKER_HOST": "unix:///s", "A": "1"}


def test_dockgate_toml_is_the_same_table(tmp_path: Path) -> None:
    """With and without the prefix; beside a pyproject.toml it counts first, and errors name it."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'  # no [tool.dockgate here\n")
    for text in (
        "name = 'shop'\n[environments.qa]\n",
        "[tool.dockgate]\nname = 'shop'\n[tool.dockgate.environments.qa]\n",
    ):
        (tmp_path / "dockgate.toml").write_text(text)
        loaded = project.load(tmp_path, {})
        assert (loaded.name, list(loaded.environments), loaded.file) == ("shop", ["qa"], "dockgate.toml")


def test_no_table_is_hidden_by_one_with_the_prefix(tmp_path: Path) -> None:
    """As messages write it: `[tool.dockgate.images]`, added to what `init` wrote."""
    (tmp_path / "dockgate.toml").write_text("name = 'x'\n[environments.dev]\n[tool.dockgate.images.api]\n")
    with pytest.raises(ConfigError, match="those without it are environments, name"):
        project.load(tmp_path, {})
    (tmp_path / "dockgate.toml").write_text("[tool.dockgate]\nname = 'x'\n[tool.dockgate.environments.dev]\n")
    assert project.load(tmp_path, {}).name == "x"


def test_a_comment_is_no_table(tmp_path: Path) -> None:
    """A folder whose pyproject.toml only mentions Dockgate is not the project."""
    (tmp_path / "pyproject.toml").write_text("# [tool.dockgate]\n[project]\nname = 'x'\n")
    with pytest.raises(ConfigError, match="no Dockgate project") as caught:
        project.load(tmp_path, {})
    assert "[tool.dockgate]" in caught.value.fix
    assert "inv init" in caught.value.fix
    assert "inv guard -f compose.yaml" in caught.value.fix


@pytest.mark.parametrize("name", ["", "x/../y", "Shop", "-x", "a b", "x\u001b[31m"])
def test_a_name_that_compose_would_not_take_is_refused(tmp_path: Path, name: str) -> None:
    """It becomes part of paths and of names on the engine."""
    (tmp_path / "dockgate.toml").write_text(f"name = {json.dumps(name)}\n")
    with pytest.raises(ConfigError, match="is not a project name"):
        project.load(tmp_path, {})


@pytest.mark.parametrize("written", ["[tool]\ndockgate = []\n", "[tool]\ndockgate = 'x'\n"])
def test_a_configuration_that_is_no_table_is_said(tmp_path: Path, written: str) -> None:
    """Also on the way to the command line, where no boundary is."""
    (tmp_path / "pyproject.toml").write_text(written)
    with pytest.raises(ConfigError, match="must be a table"):
        project.load(tmp_path)


def test_a_tool_that_is_no_table_is_another_tools(tmp_path: Path) -> None:
    """It names no project."""
    (tmp_path / "pyproject.toml").write_text("tool = 'dockgate'\n")
    with pytest.raises(ConfigError, match="no Dockgate project"):
        project.load(tmp_path)


def test_the_folder_is_known_without_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose sets PWD for `${PWD}` itself, where cron or systemd did not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PWD", raising=False)
    assert project.process_environment()["PWD"] == str(tmp_path)
    monkeypatch.setenv("PWD", "/as/the/shell/says")
    assert project.process_environment()["PWD"] == "/as/the/shell/says"


DEV, OUTSIDE = "dockgate.toml:2: [tool.dockgate.environments.dev]", "[tool.dockgate] outside"


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


@pytest.mark.parametrize(("folder", "name"), [("_My Shop.v2", "myshopv2"), ("_-", "project"), ("a_b-c.d", "a_b-cd")])
def test_a_project_without_a_name_has_its_folders(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "dockgate.toml").touch()
    assert project.load(tmp_path / folder, {}).name == name
