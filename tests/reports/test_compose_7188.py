"""compose#7188: two replicas with one fixed port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


@pytest.mark.parametrize("many", ["deploy: {replicas: 2}", "scale: 2"])
@pytest.mark.parametrize("port", ['"127.0.0.1:18999:80"', "{target: 80, published: 18999}"])
def test_it_is_refused_with_the_reason(repository: Repository, image: str, many: str, port: str) -> None:
    """In each spelling."""
    repository.write(f"services:\n  app: {{image: {image}, {IDLE}, {many}, ports: [{port}]}}\n")
    assert "DG331 [dev]: app has 2 replicas, and port 18999 of the host" in repository.dockgate("up", DEV, code=3)
    assert repository.containers() == []
