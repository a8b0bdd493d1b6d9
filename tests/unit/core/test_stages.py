"""Stages in names: what says production, what says development, and what says neither."""

from __future__ import annotations

import pytest

from dockgate.core import stages
from dockgate.core.stages import DEV, OTHER, PROD


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        (".envs/prod", PROD),
        (".env.production", PROD),
        (".envs/.production/.postgres", PROD),
        ("env/prod.env", PROD),
        ("prod/.env", PROD),
        ("../deploy/production/api.env", PROD),
        (".env.production.local", PROD),
        (".env_prod", PROD),
        (".env-prod2", PROD),
        ("productionApi.env", PROD),
        ("API_PROD.env", PROD),
        (".env.live", PROD),
        (".env.prd", PROD),
        (".envs/.local/.django", DEV),
        ("prod/dev.env", DEV),
        (".env.dev", DEV),
        (".env.local", DEV),
        (".env.staging", OTHER),
        (".env.pre-prod", OTHER),
        (".env.nonprod", ""),
        ("no.env", ""),
        ("non_prod.env", OTHER),
        (".env.test", OTHER),
        (".env.prod.example", ""),
        ("sample.prod.env", ""),
        (".env", ""),
        ("products.env", ""),
        ("reproduction/.env", ""),
        ("deploy/.env", ""),
        ("delivery.env", ""),
    ],
)
def test_the_nearest_part_of_a_path_that_says_a_stage_counts(path: str, stage: str) -> None:
    """Whole words, however they are put together."""
    assert stages.of_env_file(path) == stage


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (".env", True),
        (".env.production", True),
        ("prod.env", True),
        ("env_prod", True),
        (".envs/.production/.postgres", True),
        ("env/prod", True),
        ("a/env/x", True),
        ("a/envs.d/x", False),
        ("compose.prod.yaml", False),
        ("environment.prod.ts", False),
        ("prod.envelope", False),
    ],
)
def test_env_files_are_told_by_their_names(path: str, *, is_one: bool) -> None:
    """Or by that of their folder."""
    assert stages.is_env_file(path) is is_one


def test_one_name_differs_by_machine() -> None:
    """In whichever folder."""
    assert all(map(stages.differs_by_machine, (".env", "api/.env", ".env.local")))
    assert not any(map(stages.differs_by_machine, ("app.env", ".env.prod", ".envs/app")))
