"""Integration tests run on a real engine: without one they fail."""

from __future__ import annotations

import pytest

from dockgate.core import project
from tests.integration import checkout, engine_facts


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the environment, made by Nox."""
    parser.addoption("--environment", default="dev", choices=[*project.load(checkout.ROOT).environments])


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Hold that an engine answers."""
    assert engine_facts.docker("version", "--format", "{{.Server.Version}}", check=False).strip(), "no engine answers"
