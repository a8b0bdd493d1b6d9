"""Commands that people wrote down say which Compose files belong together."""

from __future__ import annotations

import pytest

from dockgate.adoption import commands


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("up:\n\tdocker compose -f dev.yml up -d", [("dev.yml",)]),
        ("docker-compose -f a.yml -f ./b.yml up && docker compose -f c.yml down", [("a.yml", "./b.yml"), ("c.yml",)]),
        ("docker compose \\\n  --file=a.yml \\\n  --file b.yml up", [("a.yml", "b.yml")]),
        ('"infra": "docker compose -f ./docker-compose.dev.yml up -d --wait",', [("./docker-compose.dev.yml",)]),
        ("Run `docker compose -f dev.yml` or `tail -f log`", [("dev.yml",)]),
        ("$(DOCKER_COMPOSE) -f 'dev.yml' up; tail -f x", [("dev.yml",)]),
        ('"up": "docker compose -f \'$DIR\'/dev.yml",', [("$DIR/dev.yml",)]),
        ("docker compose up | grep -f patterns", []),
        ("docker compose -f '", [("",)]),
        ("tail -f dev.yml", []),
    ],
)
def test_files_of_a_command(text: str, files: list[tuple[str, ...]]) -> None:
    """Until it ends; of other programs `-f` is something else."""
    assert list(commands.together(text)) == files


def test_a_file_is_alone_that_no_command_uses_with_the_base() -> None:
    """Once together is together."""
    texts = [
        "docker compose -f dev.yml up",
        "docker compose -f compose.yml -f test.yml up",
        "docker compose -f test.yml ps",
    ]
    assert commands.alone(texts, "compose.yml") == {"dev.yml"}
    assert commands.alone([], "compose.yml") == frozenset()
    assert commands.beside(texts, "docker/compose.yml") == {"compose.yml", "test.yml"}
    assert commands.files(["docker compose -f ./a/dev.yml -f ../b.yml up"]) == {"a/dev.yml", "../b.yml"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Makefile", True),
        ("tools/Makefile", True),
        ("README.md", True),
        ("scripts/up.sh", True),
        ("rules.mk", True),
        ("Taskfile.yaml", True),
        ("package.json", True),
        ("docs/a.md", False),
        ("src/app.py", False),
    ],
)
def test_where_commands_are_written_down(name: str, told: bool) -> None:  # noqa: FBT001 - a table
    """Not everywhere: a page of documentation may be of another project."""
    assert commands.is_told(name) is told


def test_env_files_that_commands_give_are_seen_from_the_repository() -> None:
    """Whether they are called from a folder in it or not; what another program is given is another one's."""
    texts = [
        "docker compose --env-file ../.env -f docker/compose.yml up",
        "docker-compose --env-file=./env/a.env up; docker run --env-file b.env x",
    ]
    assert commands.env_files(texts) == {".env", "env/a.env"}
