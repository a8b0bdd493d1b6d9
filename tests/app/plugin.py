"""One environment, brought up once from a copy of this tree and removed at the end, whatever happened.

`nox -s "integration(dev)"`, or `pytest -p tests.app.plugin tests/app --environment=dev`.
"""

from __future__ import annotations

import os
import secrets as random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dockgate.core import project
from dockgate.system import ram_folder
from tests.app.client import Client
from tests.integration import checkout, engine_facts
from tests.integration.conftest import engine, pytest_configure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.checkout import Checkout

__all__ = ["engine", "pytest_configure"]  # a fixture and a hook that pytest finds here


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the environment, made by Nox."""
    parser.addoption("--environment", default="dev", choices=[*project.load(checkout.ROOT).environments])


@dataclass(frozen=True)
class Stack:
    """A running stack: where it was started from, and its names."""

    checkout: Checkout
    environment: str
    instance: str
    document: dict[str, Any]

    @property
    def project(self) -> str:
        """Return the Compose project."""
        return f"{checkout.NAME}-{self.environment}-{self.instance}"

    @property
    def development(self) -> bool:
        """Return whether development defaults apply."""
        return development(self.environment)

    @property
    def flags(self) -> tuple[str, str]:
        """Return the flags that name this stack."""
        return (f"--env={self.environment}", f"--instance={self.instance}")

    def services(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the engine says of its containers, by service."""
        return engine_facts.containers(self.project)

    def client(self) -> Client:
        """Return a client of the gateway, who trusts the stack's own certificate only."""
        return Client.of(self.services(), development=self.development)


def development(environment: str) -> bool:
    """Return whether an environment of this repository is one for development."""
    return project.load(checkout.ROOT, {}).environment(environment).is_development


def up(copy: Checkout, environment: str, instance: str, *more: str) -> Stack:
    """Bring an instance up, with secrets of its own where the environment wants some."""
    if not development(environment):
        for name in copy.json("secrets.init", f"--env={environment}")[
            "missing"
        ]:  # issued elsewhere, such as a provider's key
            copy.inv("secrets.set", name, f"--env={environment}", stdin=random.token_urlsafe(24))
    document = copy.json("up", f"--env={environment}", f"--instance={instance}", *more)
    return Stack(copy, environment, instance, document)


def down(stack: Stack) -> None:
    """Remove an instance with its volumes, and hold that nothing of it is left."""
    stack.checkout.inv("down", *stack.flags, "--volumes", f"--confirm={stack.environment}")
    assert engine_facts.left(stack.project) == []
    assert on_ram(f"{stack.project}-") == []


def on_ram(start: str) -> list[str]:
    """Return the folders on RAM whose name starts so; the walk passes over what the engine removes beside it."""
    walks = (os.walk(place) for place in ram_folder.places())
    return [f"{at}/{name}" for walk in walks for at, folders, _ in walk for name in folders if name.startswith(start)]


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest) -> str:
    """Return the environment under test."""
    return str(request.config.getoption("--environment"))


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a copy of this tree."""
    return checkout.make(tmp_path_factory.mktemp("user"))


@pytest.fixture
def instance() -> str:
    """Return a name that no other stack has."""
    return f"it{random.token_hex(3)}"


@pytest.fixture(scope="session")
def stack(copy: Checkout, environment: str) -> Iterator[Stack]:
    """Return the stack of the environment under test."""
    name = f"it{random.token_hex(3)}"
    try:
        yield up(copy, environment, name)
    finally:
        down(Stack(copy, environment, name, {}))


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """Return a user of the stack."""
    user = stack.client()
    with user.http:
        yield user


@pytest.fixture
def only(environment: str, request: pytest.FixtureRequest) -> None:
    """Leave out what another environment holds: `@pytest.mark.parametrize("only", [("dev",)], indirect=True)`."""
    if environment not in request.param:
        pytest.skip(f"holds for {', '.join(request.param)}")
