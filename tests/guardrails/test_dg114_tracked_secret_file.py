from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg114_tracked_secret_file as rule
from dockgate.system.git import GitFiles
from tests.guardrails.scenes import catches, catches_not, context, environment, project


@pytest.mark.parametrize("path", ["env/dev.local.env", ".env", "keys/id_ed25519", "age/identity.txt", ".dockgate/lock"])
def test_catches_a_tracked_secret_file(path: str) -> None:
    """Local layers, identities, private keys and Dockgate's state are never committed."""
    [hit] = catches(rule, context(git=GitFiles(frozenset({path, "README.md"}))))
    assert hit.location.path == path


def test_catches_not_layers_and_encrypted_stores() -> None:
    """Those are meant to be committed."""
    paths = {"env/dev.env", "env/prod.secrets.age", "env/fingerprints.toml", "id_rsa.pub", "docs/.env.example"}
    catches_not(rule, context(git=GitFiles(frozenset(paths))))


def test_catches_not_a_layer_of_that_name() -> None:
    """A project that was adopted may have `.env` as a layer."""
    own = environment("dev", layers=(".env",))
    catches_not(rule, context(environment=own, project=project(dev=own), git=GitFiles(frozenset({".env"}))))


def test_catches_not_outside_a_repository() -> None:
    """Without git nothing is tracked."""
    catches_not(rule, context(git=None))
