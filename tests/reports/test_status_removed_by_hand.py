"""Found here: the only container is removed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


def test_text_and_json_say_the_same(repository: Repository, image: str) -> None:
    """Exit 5 in both."""
    repository.write(f"services: {{app: {{image: {image}, {IDLE}}}}}\n")
    repository.dockgate("up", DEV)
    repository.run("docker", "rm", "--force", f"{repository.name}-dev-app-1")
    assert "app absent" in repository.dockgate("status", DEV, code=5)
    assert repository.json("status", DEV, code=5)["healthy"] is False
