"""DG108: what it catches, and what it does not."""

from __future__ import annotations

import pytest

from dockgate.env import env_files, layering, schema
from dockgate.guardrails.rules import dg108_reserved
from tests.guardrails.environments import found_by, resolved
from tests.guardrails.scenes import catches, context, environment

SECRET = "[PASSWORD]\nsecret = true\nrequired = true\n"


def test_catches_reserved_names_and_not_similar_ones() -> None:
    """Names that steer Docker, Compose and Dockgate; not what only begins alike."""
    base = "COMPOSE_FILE=x\nDOCKER_HOST=x\nDOCKGATE_SECRETS=x\nDOCKERISH=1\nCOMPOSER=1\n"
    found = list(found_by(dg108_reserved, resolved("[DOCKERISH]\n[COMPOSER]\n", base)))
    assert [each.location.line for each in found] == [1, 2, 3]


@pytest.mark.parametrize("path", [".env", "docker/.env", ".env.dev"])
def test_what_compose_reads_of_a_dotenv_is_no_variable(path: str) -> None:
    """`COMPOSE_PROJECT_NAME` in `.env` is for Compose run by hand: not refused, and given to nothing."""
    layer = env_files.parse("COMPOSE_PROFILES=a\nDOCKER_HOST=x\nA=1\n", path, path)
    env = layering.merge(environment("dev"), (layer,), schema.parse("[A]\n"))
    [hit] = catches(dg108_reserved, context(resolved=env))
    assert hit.name == "DOCKER_HOST"
    assert "COMPOSE_PROFILES" not in env.values
