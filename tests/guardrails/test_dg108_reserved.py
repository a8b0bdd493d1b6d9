"""DG108: what it catches, and what it does not."""

from __future__ import annotations

from dockgate.guardrails.rules import dg108_reserved
from tests.guardrails.environments import found_by, resolved

SECRET = "[PASSWORD]\nsecret = true\nrequired = true\n"


def test_catches_reserved_names_and_not_similar_ones() -> None:
    """Names that steer Docker, Compose and Dockgate; not what only begins alike."""
    base = "COMPOSE_FILE=x\nDOCKER_HOST=x\nDOCKGATE_SECRETS=x\nDOCKERISH=1\nCOMPOSER=1\n"
    found = list(found_by(dg108_reserved, resolved("[DOCKERISH]\n[COMPOSER]\n", base)))
    assert [each.location.line for each in found] == [1, 2, 3]
