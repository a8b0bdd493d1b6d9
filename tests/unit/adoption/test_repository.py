"""Adopting writes new files only, and can be repeated."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from dockgate.adoption import repository
from dockgate.core import project
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "compose.yaml": "name: Web-Shop\nservices: {web: {image: 'web:${TAG}'}}\n",
    "compose.prod.yaml": "services: {web: {restart: always}}\n",
    ".env": "TAG=1\n",
    "node_modules/x/compose.yaml": "services: {}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def tree(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_what_is_written_is_a_project(root: Path) -> None:
    """And no other file changes."""
    before = tree(root)
    assert repository.write(repository.look(root)) == ("dockgate.toml", "env/schema.toml")
    loaded = project.load(root, {})
    assert (loaded.name, list(loaded.environments)) == ("web-shop", ["dev", "prod"])
    assert loaded.environment("prod").protected
    after = tree(root)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"dockgate.toml", "env/schema.toml"}


def test_again_writes_nothing(root: Path) -> None:
    """Neither over its own files nor beside a configuration in pyproject.toml."""
    repository.write(repository.look(root))
    (root / "dockgate.toml").write_text("name = 'mine'\n")
    assert repository.write(repository.look(root)) == ()
    (root / "dockgate.toml").unlink()
    (root / "pyproject.toml").write_text("[tool.dockgate]\n")
    assert repository.look(root).files == {}


def test_a_folder_without_compose_files_is_refused(tmp_path: Path) -> None:
    """With the names that are looked for."""
    with pytest.raises(ConfigError, match="no Compose file") as caught:
        repository.look(tmp_path)
    assert "compose.yaml, compose.yml, docker-compose.yaml" in caught.value.fix


def test_a_link_to_what_is_made_later_is_no_env_file(root: Path) -> None:
    """Mailcow has `.env -> mailcow.conf`, which its installer writes."""
    (root / ".env").unlink()
    (root / ".env").symlink_to("shop.conf")
    assert repository.look(root).plan.environments[0].layers == ()


def test_where_compose_files_are_is_said(tmp_path: Path) -> None:
    """Where there is more than one stack, each has its own; the only one is taken."""
    for name in ("services/web", "services/api"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "compose.sqlite.yml").write_text("services: {}\n")
    with pytest.raises(ConfigError, match="no Compose file") as caught:
        repository.look(tmp_path)
    assert caught.value.fix == "run it in services/api, in services/web"
    (tmp_path / "services/web/compose.sqlite.yml").unlink()
    assert repository.look(tmp_path).plan.environments[0].files == ("services/api/compose.sqlite.yml",)


def test_a_sample_is_to_be_copied_first(tmp_path: Path) -> None:
    """As pterodactyl's README says; a folder of the editor's has none of the application's."""
    (tmp_path / ".devcontainer").mkdir()
    (tmp_path / ".devcontainer/docker-compose.yml").write_text("services: {}\n")
    (tmp_path / "docker-compose.example.yml").write_text("services: {}\n")
    with pytest.raises(ConfigError, match="no Compose file") as caught:
        repository.look(tmp_path)
    assert caught.value.fix == "copy the sample, then run it again: cp docker-compose.example.yml docker-compose.yml"


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("services: {web: {image: web}, db: {build: db}}", ("compose.dev.yaml",)),
        ("services: {web: {ports: ['80']}, db: {image: db}}", ("compose.yaml", "compose.dev.yaml")),
        ("services: [", ("compose.yaml", "compose.dev.yaml")),
    ],
)
def test_what_the_makefile_uses_alone_stands_alone(root: Path, text: str, files: tuple[str, ...]) -> None:
    """Where it can: each of its services says what it runs."""
    (root / "Makefile").write_text("up:\n\tdocker compose -f compose.dev.yaml up\n")
    (root / "compose.dev.yaml").write_text(f"{text}\n")
    assert repository.look(root).plan.environments[0].files == files


def test_a_profile_that_no_service_is_in_is_left_out(root: Path) -> None:
    """Compose takes COMPOSE_PROFILES with names that it does not know; the configuration refuses them."""
    (root / "more.yaml").write_text("services: {db: {image: 'db:1', profiles: [data]}}\n")
    (root / "compose.yaml").write_text("include: [more.yaml]\nservices: {web: {image: 'web:1'}}\n")
    (root / ".env").write_text("COMPOSE_PROFILES=data,gone\n")
    assert [each.profiles for each in repository.look(root).plan.environments] == [("data",), ("data",)]
    (root / ".env").write_text("COMPOSE_PROFILES=*\n")
    assert [each.profiles for each in repository.look(root).plan.environments] == [("*",), ("*",)]


def test_files_of_any_name_are_taken_from_the_env_file(tmp_path: Path) -> None:
    """COMPOSE_FILE names them, with the separator that it has."""
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("services: {a: {image: x}}\n")
    (tmp_path / ".env").write_text("COMPOSE_FILE=a.yml;b.yml\nCOMPOSE_PATH_SEPARATOR=;\n")
    [dev] = repository.look(tmp_path).plan.environments
    assert dev.files == ("a.yml", "b.yml")


def test_a_repository_is_looked_at_as_compose_would_read_it(root: Path) -> None:
    """`.env` decides its profiles, a name with a reference in it is none; a link counts where it leads somewhere."""
    (root / ".env").write_text("TAG=1\nCOMPOSE_PROFILES=web,db\nEMPTY\n")
    (root / "compose.yaml").write_text("name: ${NAME}\nservices: {web: {image: 'web:${TAG}', profiles: [web, db]}}\n")
    (root / ".env.prod").symlink_to("gone")
    (root / "a/b/c").mkdir(parents=True)
    (root / "a/b/c/compose.qa.yaml").write_text("services: {}\n")
    plan = repository.look(root).plan
    assert plan.name == "shop"
    assert {each.name: (each.files, each.layers, each.profiles) for each in plan.environments} == {
        "dev": (("compose.yaml",), (".env",), ("web", "db")),
        "prod": (("compose.yaml", "compose.prod.yaml"), (".env",), ("web", "db")),
    }


def test_a_file_with_commands_is_read_as_far_as_it_is_text(root: Path) -> None:
    """A README in another encoding says which files belong together, too."""
    (root / "README.md").write_bytes(b"caf\xe9: docker compose -f compose.yaml -f compose.prod.yaml up\n")
    before = repository.look(root).plan
    (root / "README.md").write_text("docker compose -f compose.yaml -f compose.prod.yaml up\n")
    assert repository.look(root).plan == before


@pytest.mark.parametrize(
    ("readme", "name", "files"),
    [
        ("", "inner", ("docker/compose.yaml", "docker/extra.yaml")),
        ("docker compose --env-file .env -f docker/compose.yaml up", "outer", ("docker/compose.yaml",)),
    ],
)
def test_compose_obeys_the_env_file_beside_its_files(
    tmp_path: Path, readme: str, name: str, files: tuple[str, ...]
) -> None:
    """The repository's own one is not read, unless a command gives it."""
    (tmp_path / "docker").mkdir()
    for each in ("compose.yaml", "extra.yaml"):
        (tmp_path / "docker" / each).write_text("services: {a: {image: x}}\n")
    (tmp_path / "docker/.env").write_text("COMPOSE_PROJECT_NAME=inner\nCOMPOSE_FILE=compose.yaml:extra.yaml\n")
    (tmp_path / ".env").write_text("COMPOSE_PROJECT_NAME=outer\n")
    (tmp_path / "README.md").write_text(readme)
    plan = repository.look(tmp_path).plan
    assert (plan.name, plan.environments[0].files) == (name, files)


REPEATED = "services: {web: {image: 'web:${TAG}'}, db: {image: 'db:1'}}\n"


@pytest.mark.parametrize(
    ("readme", "text", "files"),
    [
        ("", REPEATED, ("compose.prod.yaml",)),
        ("docker compose -f compose.yaml -f compose.prod.yaml up", REPEATED, ("compose.yaml", "compose.prod.yaml")),
        ("", "services: {web: {image: registry/web}}\n", ("compose.yaml", "compose.prod.yaml")),
        ("", "services: {web: {image: 'web:${TAG}'}, db: {ports: ['1']}}\n", ("compose.yaml", "compose.prod.yaml")),
    ],
)
def test_a_whole_stack_that_repeats_the_base_stands_alone(
    root: Path, readme: str, text: str, files: tuple[str, ...]
) -> None:
    """As LinkAce's production: what is put on a base says what differs, and a command may say that it is."""
    (root / "README.md").write_text(readme)
    (root / "compose.prod.yaml").write_text(text)
    assert repository.look(root).plan.environments[-1].files == files


def test_files_of_any_name_are_those_that_commands_use(tmp_path: Path) -> None:
    """Where none is called like a Compose file."""
    for name in ("full-stack.yml", "other.yml", "notes.yml"):
        (tmp_path / name).write_text("services: {a: {image: x}}\n")
    (tmp_path / "README.md").write_text("docker compose -f full-stack.yml up\ndocker compose -f ./other.yml up\n")
    plan = repository.look(tmp_path).plan
    assert (plan.environments[0].files, plan.left) == (("other.yml",), ("full-stack.yml",))
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}\n")
    assert repository.look(tmp_path).plan.environments[0].files == ("compose.yaml",)


def test_what_included_files_use_is_in_the_schema(root: Path) -> None:
    """But for what their own env file sets, which the schema's default would hide."""
    (root / "compose.yaml").write_text("include: [{path: more/a.yaml, env_file: more/own.env}]\nservices: {}\n")
    (root / "more").mkdir()
    (root / "more/a.yaml").write_text("services: {a: {image: 'a:${SHARED}${THEIRS}${NEEDED:?no}${TAG}'}}\n")
    (root / "more/own.env").write_text("THEIRS=1\nTAG=2\n")
    made = tomllib.loads(repository.look(root).files["env/schema.toml"])
    assert set(made) == {"SHARED", "NEEDED", "TAG"}
    assert made["NEEDED"] == {"required": True}
