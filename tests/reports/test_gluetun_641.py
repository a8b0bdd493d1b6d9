"""gluetun#641, compose#6626: `network_mode: service:vpn`, and the vpn restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
COMPOSE = """services:
  vpn: {{image: {image}, {idle}}}
  app: {{image: {image}, {idle}, network_mode: "service:vpn"}}
"""


def test_a_service_that_lost_its_network_is_said_and_restarted(repository: Repository, image: str) -> None:
    """It runs, and reaches nothing: `status` exits 5, `up` restarts it."""
    repository.write(COMPOSE.format(image=image, idle=IDLE))
    repository.dockgate("up", DEV)
    repository.run("docker", "restart", "--time=0", f"{repository.name}-dev-vpn-1")
    assert "app cut off" in repository.dockgate("status", DEV, code=5)
    assert "what it shares its network with was restarted" in repository.dockgate("plan", DEV)
    repository.dockgate("up", DEV)
    repository.dockgate("status", DEV)
    assert "nothing to change" in repository.dockgate("plan", DEV)
