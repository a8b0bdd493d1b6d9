"""The project's folder, configuration and environment."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from dockgate.core import project
from dockgate.core.errors import ConfigError
from dockgate.core.project import Environment, Project
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_is_found_from_any_folder_below(tmp_path: Path) -> None:
    """Tasks work from any folder of the repository."""
    projects.make(tmp_path)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert project.load(below, {}).root == tmp_path


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


@pytest.mark.parametrize(("folder", "name"), [("_My Shop.v2", "myshopv2"), ("_-", "project"), ("a_b-c.d", "a_b-cd")])
def test_a_project_without_a_name_has_its_folders(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "dockgate.toml").touch()
    assert project.load(tmp_path / folder, {}).name == name
