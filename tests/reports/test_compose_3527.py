"""compose#3527, moby#12997: a secret of several lines of digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'
SCHEMA = '[SESSION_KEY]\nsecret = true\nenvironments = ["staging"]\n'


@pytest.mark.parametrize(
    "value", ["12345\n67890\n24680\n", "2020-01-01\n31.12.1999\n1\n", "\U0001f600" * 40, "7" * 5000]
)
def test_a_secret_on_which_an_estimator_fails_is_stored(repository: Repository, value: str) -> None:
    """What a library makes of a user's bytes is no fault of theirs."""
    repository.write("services: {web: {image: web}}\n", env__schema_toml=SCHEMA)
    repository.dockgate("secrets.init", "--env=staging")
    repository.dockgate("secrets.set", "SESSION_KEY", "--env=staging", stdin=value)
    assert repository.json("secrets.list", "--env=staging")["secrets"][0]["name"] == "SESSION_KEY"
