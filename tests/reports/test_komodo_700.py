"""komodo#700: `B=$NOWHERE` in a service's `env_file:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.repository import Repository

DEV = "--env=dev"
IDLE = 'init: true, stop_grace_period: 0s, command: [sleep, "1000"]'


@pytest.mark.parametrize("line", ["B=$NOWHERE", "B=${NOWHERE}", 'B="x $NOWHERE"', "B=${NOWHERE:?wanted}"])
@pytest.mark.parametrize("named", ["env_file: a.env", "env_file: [{path: ./a.env}]"])
def test_it_is_a_finding_as_in_a_layer(repository: Repository, image: str, line: str, named: str) -> None:
    """Never empty in silence."""
    repository.write(f"services: {{app: {{image: {image}, {IDLE}, {named}}}}}\n", a_env=f"{line}\n")
    repository.ended("up", DEV)
    assert repository.code in {2, 3}
    assert "a.env:1" in repository.said
    assert repository.containers() == []
