"""cookiecutter-django, paperless: a one-off command in a new container."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


def test_run_uses_a_new_container_of_the_service(repository: Repository, image: str) -> None:
    """Its exit code is the command's, and nothing of it is left."""
    repository.write(f"services: {{app: {{image: {image}, {IDLE}, environment: {{GREETING: hello}}}}}}\n")
    repository.dockgate("up", DEV)
    before = repository.containers()
    said = repository.dockgate("run", DEV, "--service=app", "--", "sh", "-c", "echo $GREETING; exit 7", code=7)
    assert "hello" in said
    assert repository.containers() == before
