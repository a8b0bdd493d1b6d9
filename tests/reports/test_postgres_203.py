"""postgres#203, full-stack-fastapi-template#344, supabase#22605: another password over a volume with the old one."""

from __future__ import annotations

import pytest

from tests.reports.repository import Repository

WAITS = 'command: ["sleep", "1000"]\n    init: true\n    stop_grace_period: 0s'
COMPOSE = """
services:
  db:
    image: {image}
    {waits}
    environment: {{{variable}: {value}{more}}}
    volumes: ["{source}:{target}"]
  app:
    image: {image}
    {waits}
    environment: {{{variable}: {value}}}
    volumes: ["uploads:/uploads"]
    depends_on: [db]
volumes: {{data: {{}}, uploads: {{}}}}
"""
KINDS = [
    ("POSTGRES_PASSWORD", "/var/lib/postgresql/data", "data"),
    ("MYSQL_ROOT_PASSWORD", "/var/lib/mysql", "data"),
    ("MARIADB_PASSWORD", "/var/lib/mysql", "./folder"),
    ("MONGO_INITDB_ROOT_PASSWORD", "/data/db", "data"),
]
DEV = "--env=dev"


def compose(image: str, value: str, kind: tuple[str, str, str] = KINDS[0], more: str = "") -> str:
    variable, target, source = kind
    return COMPOSE.format(
        image=image, waits=WAITS, variable=variable, value=value, target=target, source=source, more=more
    )


def started(repository: Repository) -> list[str]:
    said = repository.run("docker", "ps", "-q", "--filter", f"label=com.docker.compose.project={repository.name}-dev")
    return sorted(said.split())


@pytest.mark.parametrize("kind", KINDS, ids=[kind[0] for kind in KINDS])
def test_a_changed_password_is_refused_before_anything_is_taken_down(
    repository: Repository, image: str, kind: tuple[str, str, str]
) -> None:
    """`up`, `plan`: exit 2, and what ran still runs. The old value, or a database that was told, goes on."""
    repository.write(compose(image, "first-one", kind), folder__marker="x\n")
    repository.dockgate("up", DEV)
    before = started(repository)
    repository.write(compose(image, "second-one", kind))
    for task in ("up", "plan"):
        said = repository.dockgate(task, DEV, code=2)
        assert f"db: {kind[0]} is not the" in said
        assert "first-one" not in said
        assert "second-one" not in said
    assert started(repository) == before
    assert "app: " not in repository.said  # it has the variable, and no data of a database
    repository.write(compose(image, "first-one", kind))
    assert "nothing to change" in repository.dockgate("up", DEV)
    repository.write(compose(image, "second-one", kind))
    assert "--trust-volume=db" in repository.dockgate("up", DEV, code=2)
    repository.dockgate("up", DEV, "--trust-volume=db")
    repository.dockgate("up", DEV)


def test_the_volume_outlives_the_clone_that_made_it(repository: Repository, image: str) -> None:
    """Another clone of the same user, with a password of its own; without the volume it is a first start."""
    repository.write(compose(image, "first-one"))
    repository.dockgate("up", DEV)
    repository.dockgate("down", DEV)
    other = Repository(repository.folder.parent / "second")
    other.name, other.env = repository.name, repository.env
    other.write(compose(image, "second-one"))
    said = other.dockgate("up", DEV, code=2)
    assert "inv up --env=dev --service=db, then inv shell" in said.replace("dockgate ", "inv ")
    other.dockgate("up", DEV, "--service=db")  # what the advice begins with
    assert "is not the password" in other.dockgate("up", DEV, code=2)
    other.dockgate("down", DEV, "--volumes", "--yes")
    other.dockgate("up", DEV)


def test_another_user_of_the_database_is_the_same(repository: Repository, image: str) -> None:
    """It would not exist."""
    repository.write(compose(image, "first-one", more=", POSTGRES_USER: ada"))
    repository.dockgate("up", DEV)
    repository.write(compose(image, "first-one", more=", POSTGRES_USER: bob"))
    assert "db: POSTGRES_USER is not the user that its volume" in repository.dockgate("up", DEV, code=2)
