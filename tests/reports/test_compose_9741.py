"""compose#9741, compose#12900: what only one stack can have, and services of profiles that are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


@pytest.mark.parametrize(
    ("service", "top", "said"),
    [
        ("container_name: fixed", "", "app has container_name: fixed"),
        ("networks: [n]", "networks: {n: {ipam: {config: [{subnet: 10.77.0.0/24}]}}}", "the subnet 10.77.0.0/24"),
        ("networks: [n]", "networks: {n: {name: fixed}}", "fixed"),
    ],
)
def test_an_instance_is_refused_with_key_service_and_fix(
    repository: Repository, image: str, service: str, top: str, said: str
) -> None:
    """Before the start."""
    repository.write(f"services:\n  app: {{image: {image}, {IDLE}, {service}}}\n{top}\n")
    repository.ended("up", DEV, "--instance=second")
    assert repository.code in {2, 3}
    assert said in repository.said
    assert "the command was" not in repository.said


def test_a_dependency_whose_profile_is_off_is_refused(repository: Repository, image: str) -> None:
    """With the flag that helps."""
    more = f"extra: {{image: {image}, {IDLE}, profiles: [more]}}"
    repository.write(f"services: {{app: {{image: {image}, {IDLE}, depends_on: [extra]}}, {more}}}\n")
    assert "services.app.depends_on.extra needs extra, whose profile (more)" in repository.dockgate("up", DEV, code=2)
    repository.dockgate("up", DEV, "--profile=more")
