"""AdventureLookup#12, saleor#2698: a one-shot that others wait for, restarted each time it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
COMPOSE = """services:
  job: {{image: {image}, command: [sh, -c, "exit 0"], {restart}}}
  app: {{image: {image}, {idle}, depends_on: {{job: {{condition: service_completed_successfully}}}}}}
"""


@pytest.mark.parametrize(
    "restart", ["restart: always", "restart: unless-stopped", "deploy: {restart_policy: {condition: any}}"]
)
def test_it_is_refused_before_it_runs(repository: Repository, image: str, restart: str) -> None:
    """In every spelling of the policy."""
    repository.write(COMPOSE.format(image=image, idle=IDLE, restart=restart))
    assert "DG319 [dev]: job is a one-shot" in repository.dockgate("up", DEV, code=3)
    assert repository.containers() == []
