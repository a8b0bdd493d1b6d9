"""docker-control-center#5, watchtower#444: `restart: always` around a program that ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


def test_a_loop_is_a_failure_and_restarts_are_counted(repository: Repository, image: str) -> None:
    """At `up`, and in `status`, whichever moment it looks."""
    loop = 'stop_grace_period: 0s, restart: always, command: [sh, -c, "sleep 2; exit 3"]'
    repository.write(f"services: {{app: {{image: {image}, {loop}}}}}\n")
    said = repository.dockgate("up", DEV, code=5)
    assert "app failed" in said
    assert "exit code 3" in said
    time.sleep(4)
    for _ in range(3):
        assert "app restarting" in repository.dockgate("status", DEV, code=5)
    assert repository.json("status", DEV, code=5)["services"][0]["restarts"] > 0
