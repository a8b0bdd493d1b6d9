"""plausible/community-edition: `environment: [TOKEN]` for a declared secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
SCHEMA = '[TOKEN]\nsecret = true\nreaders = ["web"]\n'
SAYS = "init: true, stop_grace_period: 0s, command: [sh, -c, 'echo \"it is $$TOKEN.\"; sleep 1000']"


@pytest.mark.parametrize("written", ["[TOKEN]", "{TOKEN: }", '["TOKEN=${TOKEN}"]', "{TOKEN: $TOKEN}"])
def test_a_secret_by_its_bare_name_arrives_or_is_refused(repository: Repository, image: str, written: str) -> None:
    """In every spelling: with a value it is given, without one it is refused."""
    compose = f"services: {{web: {{image: {image}, {SAYS}, environment: {written}}}}}\n"
    repository.write(compose, env__schema_toml=SCHEMA, env__dev_env="TOKEN=dev-only-token\n")
    repository.dockgate("up", DEV)
    assert "it is dev-only-token." in repository.dockgate("logs", DEV)
    assert "DG309" in repository.dockgate("guard", DEV)
    repository.write(compose, env__schema_toml=SCHEMA)
    assert repository.ended("up", DEV) in {2, 3}
    assert "TOKEN" in repository.said
    assert ":-" not in repository.said
