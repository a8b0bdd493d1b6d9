"""Names of the tools' own variables, and of an application's that only look alike."""

from __future__ import annotations

import pytest

from dockgate.core import reserved


@pytest.mark.parametrize("name", ["DOCKER_HOST", "DOCKER_CLI_EXPERIMENTAL", "COMPOSE_FILE", "DOCKGATE_SECRETS"])
def test_what_steers_a_tool_is_reserved(name: str) -> None:
    """Whatever begins with Dockgate's own word is its own."""
    assert reserved.is_reserved(name)


@pytest.mark.parametrize("name", ["DOCKER_HOST_ADDRESS", "DOCKER_BUILDKIT", "COMPOSE_DATA", "DOCKER", "PORT"])
def test_what_only_looks_alike_is_not(name: str) -> None:
    """DOCKER_BUILDKIT reaches Compose as any value of a layer does, and changes no stack."""
    assert not reserved.is_reserved(name)
