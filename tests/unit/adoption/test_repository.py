"""Adopting writes new files only, and can be repeated."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.adoption import draft, repository
from dockgate.core import project
from dockgate.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


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
    assert {(root / name).stat().st_mode & 0o777 for name in set(after) - set(before)} == {0o644}


def test_the_plan_may_be_corrected_before_it_is_written(root: Path) -> None:
    """Where there is a configuration, there is nothing to decide; a tasks.py is made where it is wanted."""
    seen: list[draft.Plan] = []

    def decide(plan: draft.Plan) -> draft.Plan:
        seen.append(plan)
        return replace(plan, name="chosen")

    made = repository.look(root, decide, tasks=True)
    assert seen == [repository.look(root).plan]
    assert made == repository.Adoption(
        root,
        replace(seen[0], name="chosen"),
        {
            "dockgate.toml": draft.configuration(made.plan),
            "env/schema.toml": repository.look(root).files["env/schema.toml"],
            "tasks.py": repository.TASKS_TEXT,
        },
    )
    (root / "tasks.py").touch()
    assert [*repository.look(root, decide, tasks=True).files] == ["dockgate.toml", "env/schema.toml"]
    (root / "env").mkdir()
    (root / "env/schema.toml").touch()
    (root / "dockgate.toml").touch()
    assert repository.look(root, decide).files == {}
    assert len(seen) == 2


def test_what_appeared_meanwhile_stays(root: Path) -> None:
    """And is not named among what was written."""
    made = repository.look(root)
    (root / "dockgate.toml").write_text("mine")
    assert repository.write(made) == ("env/schema.toml",)
    assert (root / "dockgate.toml").read_text() == "mine"


@pytest.mark.parametrize("folder", sorted(repository.SKIPPED))
def test_folders_of_other_programs_are_not_looked_into(tmp_path: Path, folder: str) -> None:
    """Nor what is deeper than people keep such files."""
    for name in (f"{folder}/compose.yaml", "a/b/c/compose.yaml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("services: {}\n")
    with pytest.raises(ConfigError) as caught:
        repository.look(tmp_path)
    assert caught.value.what == f"no Compose file in {tmp_path}"
    (tmp_path / "a/b/compose.yaml").write_text("services: {}\n")
    assert repository.look(tmp_path).plan.environments[0].files == ("a/b/compose.yaml",)


def test_a_file_that_is_no_text_is_refused(root: Path) -> None:
    """Compose would refuse it, too; with its name."""
    (root / "compose.yaml").write_bytes(b"services: {web: {image: caf\xe9}}\n")
    with pytest.raises(ConfigError, match=r"^compose\.yaml: cannot be read: 'utf-8' codec") as caught:
        repository.look(root)
    assert caught.value.fix == "write it as UTF-8 text"
    (root / "compose.yaml").write_text("services: {web: {image: cafe}}\n")
    (root / ".env").write_bytes(b"NAME=caf\xe9\n")
    with pytest.raises(ConfigError, match=r"^\.env:1: "):
        repository.look(root)


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
    with pytest.raises(ConfigError) as caught:
        repository.look(tmp_path)
    bases = "compose.yaml, compose.yml, docker-compose.yaml, docker-compose.yml"
    assert str(caught.value) == f"no Compose file in {tmp_path}\n  → run it where one of these is: {bases}"


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
    (tmp_path / "compose.example.yml").touch()
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


def test_a_profile_that_no_service_is_in_is_left_out(root: Path) -> None:
    """Compose takes COMPOSE_PROFILES with names that it does not know; the configuration refuses them."""
    (root / "more.yaml").write_text("services: {db: {image: 'db:1', profiles: [data]}}\n")
    (root / "compose.yaml").write_text("include: [more.yaml]\nservices: {web: {image: 'web:1'}}\n")
    (root / ".env").write_text("COMPOSE_PROFILES=data,gone\n")
    assert [each.profiles for each in repository.look(root).plan.environments] == [("data",), ("data",)]
    (root / ".env").write_text("COMPOSE_PROFILES=*\n")
    assert [each.profiles for each in repository.look(root).plan.environments] == [("*",), ("*",)]


def test_files_of_any_name_are_taken_from_the_env_file(tmp_path: Path) -> None:
    """COMPOSE_FILE names them, with the separator that it has and the variables that stand above it."""
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("services: {a: {image: x}}\n")
    (tmp_path / ".env").write_text("A=b\nCOMPOSE_FILE=a.yml;${A}${X}.yml\nCOMPOSE_PATH_SEPARATOR=';'\nTAG='${A}'\n")
    [dev] = repository.look(tmp_path).plan.environments
    assert dev.files == ("a.yml", "b.yml")
    (tmp_path / ".env").write_text("COMPOSE_FILE=a.yml:c.yml\n")
    with pytest.raises(ConfigError, match=r"^c\.yml: does not exist") as caught:
        repository.look(tmp_path)
    assert caught.value.fix == "correct COMPOSE_FILE in .env"


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


def test_what_included_files_use_is_in_the_schema(root: Path) -> None:
    """But for what their own env file sets, which the schema's default would hide."""
    (root / "compose.yaml").write_text("include: [{path: more/a.yaml, env_file: more/own.env}]\nservices: {}\n")
    (root / "more").mkdir()
    (root / "more/a.yaml").write_text("services: {a: {image: 'a:${SHARED}${THEIRS}${NEEDED:?no}${TAG}'}}\n")
    (root / "more/own.env").write_text("THEIRS=1\nTAG=2\n")
    made = tomllib.loads(repository.look(root).files["env/schema.toml"])
    assert made == {"SHARED": {"default": ""}, "NEEDED": {"required": True}, "TAG": {"type": "int"}}
