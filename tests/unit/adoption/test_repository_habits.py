"""What the files of a repository, and the commands that people wrote down, say of how they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.adoption import repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("services: {web: {image: web}, db: {build: db}, worker: {extends: {service: web}}}", ("compose.dev.yaml",)),
        ("services: {web: {ports: ['80']}, db: {image: db}}", ("compose.yaml", "compose.dev.yaml")),
        ("services: [", ("compose.yaml", "compose.dev.yaml")),
    ],
)
def test_what_the_makefile_uses_alone_stands_alone(root: Path, text: str, files: tuple[str, ...]) -> None:
    """Where it can: each of its services says what it runs."""
    (root / "Makefile").write_text("up:\n\tdocker compose -f compose.dev.yaml up\n")
    (root / "compose.dev.yaml").write_text(f"{text}\n")
    assert repository.look(root).plan.environments[0].files == files


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
        ("", "services: {web: {image: 'web:${TAG}'}}\n", ("compose.yaml", "compose.prod.yaml")),
        ("", "services: {web: {image: registry/web}, db: {image: 'db:2'}}\n", ("compose.yaml", "compose.prod.yaml")),
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


@pytest.mark.parametrize("size", [499_999, 500_000])
def test_a_file_with_commands_is_read_up_to_a_size(root: Path, size: int) -> None:
    """What is larger was not written by a person."""
    line = "docker compose -f compose.prod.yaml up\n"
    (root / "up.sh").write_text(line + "#" * (size - len(line)))
    (root / "compose.prod.yaml").write_text("services: {web: {image: web}}\n")
    alone = repository.look(root).plan.environments[-1].files == ("compose.prod.yaml",)
    assert alone is (size < 500_000)


@pytest.mark.parametrize(
    ("base", "name"), [("name: Web-Shop", "web-shop"), ("name: $NAME", "shop"), ("name: 7", "shop"), ("", "shop")]
)
def test_the_name_is_the_base_file_s(root: Path, base: str, name: str) -> None:
    """Where it is one that Compose would take as it stands; else the folder's."""
    (root / "compose.yaml").write_text(f"{base}\nservices: {{}}\n")
    assert repository.look(root).plan.name == name
