"""Environments follow from the files; `.env` is obeyed as Compose obeys it."""

from __future__ import annotations

import tomllib

import pytest

from dockgate.adoption import discovery, draft


def plan(*names: str, **dotenv: str) -> draft.Plan:
    return draft.plan(discovery.find(names), dotenv, "My Shop")


def environments(made: draft.Plan) -> dict[str, tuple[tuple[str, ...], bool]]:
    return {each.name: (each.files, each.protected) for each in made.environments}


def reasons(made: draft.Plan) -> list[str]:
    return [each.why for each in made.environments]


def test_a_base_alone_is_development() -> None:
    """What `docker compose up` takes; the folder's name, normalised."""
    made = plan("compose.yaml")
    assert environments(made) == {"dev": (("compose.yaml",), False)}
    assert (made.name, reasons(made)) == ("myshop", ["what docker compose up takes"])
    assert plan("compose.yaml", COMPOSE_PROJECT_NAME="--").name == "project"
    for folder, name in (("--", "project"), ("", "project"), ("a_b", "a_b"), ("My.Shop", "myshop")):
        assert draft.plan(discovery.find(["compose.yaml"]), {}, folder).name == name


def test_overlays_are_put_on_the_base() -> None:
    """Compose merges the override by itself; production is protected; a file that says nothing is left out."""
    made = plan(
        "compose.yaml", "compose.override.yaml", "compose.prod.yaml", "compose.staging.yaml", "compose.gpu.yaml"
    )
    assert environments(made) == {
        "dev": (("compose.yaml", "compose.override.yaml"), False),
        "staging": (("compose.yaml", "compose.staging.yaml"), False),
        "prod": (("compose.yaml", "compose.prod.yaml"), True),
    }
    assert made.left == ("compose.gpu.yaml",)
    assert reasons(made) == ["what docker compose up takes", "compose.staging.yaml", "compose.prod.yaml"]
    other = plan("compose.yaml", "compose.dev.yaml", "compose.local.yaml", "compose.test.yaml", "compose.ci.yaml")
    assert environments(other) == {
        "dev": (("compose.yaml", "compose.dev.yaml"), False),
        "test": (("compose.yaml", "compose.ci.yaml"), False),
    }
    assert reasons(other) == ["compose.dev.yaml", "compose.ci.yaml"]
    assert other.left == ("compose.local.yaml", "compose.test.yaml")


def test_files_without_a_base_stand_alone() -> None:
    """As cookiecutter-django has them."""
    made = plan("docker-compose.local.yml", "docker-compose.production.yml", "docker-compose.docs.yml")
    assert environments(made) == {
        "dev": (("docker-compose.local.yml",), False),
        "prod": (("docker-compose.production.yml",), True),
    }
    assert (reasons(made), made.left) == (
        ["docker-compose.local.yml", "docker-compose.production.yml"],
        ("docker-compose.docs.yml",),
    )


def test_dotenv_decides_what_compose_lets_it_decide() -> None:
    """Name, files, their separator and profiles; the file itself is a layer."""
    made = plan(
        "compose.yaml",
        "extra.compose.yaml",
        ".env",
        COMPOSE_PROJECT_NAME="Web Shop",
        COMPOSE_FILE="compose.yaml;extra.compose.yaml;",
        COMPOSE_PATH_SEPARATOR=";",
        COMPOSE_PROFILES="web,,db",
    )
    files = ("compose.yaml", "extra.compose.yaml")
    dev = draft.Draft("dev", files, (".env",), profiles=("web", "db"), why="COMPOSE_FILE in .env")
    assert made == draft.Plan("webshop", (dev,))
    [usual] = plan("a.yml", "b.yml", COMPOSE_FILE="a.yml:b.yml").environments
    assert usual == draft.Draft("dev", ("a.yml", "b.yml"), why="COMPOSE_FILE in .env")
    named = draft.plan(discovery.find(["compose.yaml"]), {}, "folder", draft.Habits(name="In The File"))
    assert named.name == "inthefile"


def test_layers_follow_the_environments() -> None:
    """`.env` for all of them, then their own."""
    made = plan("compose.yaml", "compose.prod.yaml", ".env", ".env.prod", ".env.local")
    assert {each.name: each.layers for each in made.environments} == {
        "dev": (".env", ".env.local"),
        "prod": (".env", ".env.prod"),
    }


def test_the_configuration_is_toml_that_dockgate_reads() -> None:
    """Strings are quoted, whatever a file is called."""
    made = plan("compose.yaml", "compose.prod.yaml", ".env", COMPOSE_PROFILES="web")
    text = draft.configuration(made)
    assert tomllib.loads(text)["environments"]["prod"]["files"] == ["compose.yaml", "compose.prod.yaml"]
    assert (
        text
        == """\
# Written by dockgate init; docs/configuration.md lists every key.
name = "myshop"

[environments.dev]  # what docker compose up takes
files = ["compose.yaml"]
layers = [".env"]
profiles = ["web"]

[environments.prod]  # compose.prod.yaml
files = ["compose.yaml", "compose.prod.yaml"]
layers = [".env"]
profiles = ["web"]
protected = true
"""
    )
    assert (
        draft.configuration(draft.Plan("x", (draft.Draft("dev", ('a".yml',)),)))
        == """\
# Written by dockgate init; docs/configuration.md lists every key.
name = "x"

[environments.dev]  # \n\
files = ["a\\".yml"]
layers = []
"""
    )


def test_what_is_used_alone_is_not_put_on_the_base() -> None:
    """A whole stack of its own; what else says its environment stays on the base."""
    names = ("compose.yml", "compose-dev.yml", "compose.ci.yml", "compose.prod.yml")
    made = draft.plan(discovery.find(names), {}, "shop", draft.Habits(alone={"compose-dev.yml", "compose.prod.yml"}))
    assert environments(made) == {
        "dev": (("compose-dev.yml",), False),
        "test": (("compose.yml", "compose.ci.yml"), False),
        "prod": (("compose.prod.yml",), True),
    }
    assert made.environments[0].why == draft.APART


def test_where_no_name_says_anything_one_file_is_development() -> None:
    """The one called the main one, else the first; the others are listed, and the reason says that it is a guess."""
    made = plan("docker-compose.infra.yml", "docker-compose.main.yml", ".env", ".env.local", ".env.prod")
    dev = draft.Draft("dev", ("docker-compose.main.yml",), (".env", ".env.local"), why=draft.GUESSED)
    assert made == draft.Plan("myshop", (dev,), ("docker-compose.infra.yml",))
    beside = discovery.find(("docker/compose.a.yml", "docker/.env", ".env"))
    [given] = draft.plan(beside, {}, "x", draft.Habits(env_files={".env"})).environments
    assert given.layers == ("docker/.env", ".env")
    made = plan("docker-compose.mariadb.yml", "docker-compose.sqlite.yml")
    assert environments(made) == {"dev": (("docker-compose.mariadb.yml",), False)}


def test_where_names_say_only_tests_a_whole_file_is_development() -> None:
    """A part of a stack is none; what is production's stays production's."""
    names = ("docker-compose.ci.yml", "docker-compose.gpu.yml", "docker-compose.postgres.yml")
    made = draft.plan(discovery.find(names), {}, "shop", draft.Habits(whole={"docker-compose.postgres.yml"}))
    assert environments(made) == {
        "dev": (("docker-compose.postgres.yml",), False),
        "test": (("docker-compose.ci.yml",), False),
    }
    assert (made.environments[0].why, made.left) == (draft.GUESSED, ("docker-compose.gpu.yml",))
    assert [*environments(plan(*names))] == ["test"]


def test_a_plan_is_corrected_by_what_a_person_says() -> None:
    """Which file is development's, where that was guessed; which environments are protected as well."""
    made = plan("compose.a.yml", "compose.b.yml", "compose.c.yml", "compose.ci.yml", "compose.staging.yml")
    made = draft.Plan(
        made.name, (draft.Draft("dev", ("compose.a.yml",), why=draft.GUESSED), *made.environments), ("b", "c")
    )
    said = draft.with_development(made, "b")
    assert said.environments == (draft.Draft("dev", ("b",), why="as you said"), *made.environments[1:])
    assert said.left == ("compose.a.yml", "c")
    kept = draft.with_protected(made, {"staging", "dev"})
    assert [(each.name, each.protected) for each in kept.environments] == [
        ("dev", True),
        ("test", False),
        ("staging", True),
    ]
    already = draft.with_protected(plan("compose.yml", "compose.prod.yml"), ())
    assert [each.protected for each in already.environments] == [False, True]


@pytest.mark.parametrize(
    ("dotenv", "habits", "layers"),
    [
        ({}, draft.NO_HABITS, ("docker/.env",)),
        ({}, draft.Habits(env_files={".env"}), ("docker/.env", ".env")),
        ({"COMPOSE_FILE": "docker/compose.yml"}, draft.NO_HABITS, ("docker/.env", ".env")),
    ],
)
def test_the_env_file_of_the_project_directory_is_the_layer(
    dotenv: dict[str, str], habits: draft.Habits, layers: tuple[str, ...]
) -> None:
    """As Compose has it; the repository's where `.env` names the files, or where a command gives it."""
    found = discovery.find(("docker/compose.yml", "docker/compose.prod.yml", "docker/.env", ".env"))
    dev, *_ = draft.plan(found, dotenv, "shop", habits).environments
    assert dev.layers == layers
