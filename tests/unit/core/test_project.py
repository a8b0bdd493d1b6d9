"""The project's folder, configuration and environment."""

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
    """A key that is not read, or of the wrong type, is an error that names the right one."""
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
    (tmp_path / "dockgate.toml").write_text("nmae = 'shop'\n")
    with pytest.raises(ConfigError, match=r"dockgate\.toml:1: .* no key 'nmae'.* Did you mean name"):
        project.load(tmp_path, {})


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
    assert "inv init" in caught.value.fix
    assert "inv guard -f compose.yaml" in caught.value.fix


def test_the_folders_name_is_normalised_as_compose_does(tmp_path: Path) -> None:
    """Lower case, other characters left out, no - or _ in front."""
    folder = tmp_path / "_My Shop.v2"
    folder.mkdir()
    (folder / "dockgate.toml").touch()
    assert project.load(folder, {}).name == "myshopv2"


@pytest.mark.parametrize("name", ["", "x/../y", "Shop", "-x", "a b", "x\u001b[31m"])
def test_a_name_that_compose_would_not_take_is_refused(tmp_path: Path, name: str) -> None:
    """It becomes part of paths and of names on the engine."""
    (tmp_path / "dockgate.toml").write_text(f"name = {json.dumps(name)}\n")
    with pytest.raises(ConfigError, match="is not a project name"):
        project.load(tmp_path, {})


def test_the_project_directory_is_the_first_files(tmp_path: Path) -> None:
    """As in Compose; a key decides otherwise."""
    text = "[environments.dev]\nfiles = ['deploy/compose.yaml', 'other/x.yaml']\n"
    (tmp_path / "dockgate.toml").write_text(text)
    assert project.load(tmp_path, {}).environment("dev").directory == "deploy"
    (tmp_path / "dockgate.toml").write_text(f"project-directory = '.'\n{text}")
    assert project.load(tmp_path, {}).environment("dev").directory == "."


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
