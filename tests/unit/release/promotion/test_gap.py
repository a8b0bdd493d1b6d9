"""What `plan` says of a promoted release that is not backward compatible."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dockgate.core.plan import Plan, Step
from dockgate.release.artifact import manifest
from dockgate.release.promotion import gap

ROLL = Plan((Step("run", "shop-migrate-1", "x"), Step("roll", "shop-api-1", "x")))
RECREATE = Plan((Step("recreate", "shop-api-1", "x"),))
POINTER: Any = SimpleNamespace(version="1.1.0")
PROJECT: Any = SimpleNamespace(root=None)


@pytest.mark.parametrize(
    ("before", "plan", "said"),
    [
        ({"version": "1.0.0", "compatible": False}, ROLL, True),
        ({"version": "1.0.0", "compatible": False}, RECREATE, True),
        ({"version": "1.0.0"}, ROLL, False),  # of a release before the rehearsal said so
        ({"version": "1.0.0", "compatible": True}, ROLL, False),
        (None, ROLL, False),
        ({"version": "1.0.0", "compatible": False}, Plan((Step("start", "shop-api-1", "x"),)), False),
    ],
)
def test_the_gap_is_announced_where_it_is_going_to_be(
    monkeypatch: pytest.MonkeyPatch, before: Any, plan: Plan, said: object
) -> None:
    """The rehearsal knows; where nothing that runs is replaced there is none."""
    rehearsed = {"before": before} if before else {}

    def load(*given: object) -> tuple[Any, bytes, str]:
        assert given == (None, "1.1.0")
        return SimpleNamespace(version="1.1.0", rehearsal=rehearsed), b"", ""

    monkeypatch.setattr(manifest, "load", load)
    found = gap.announced(PROJECT, POINTER, plan)
    text = (
        "gap: 1.1.0 is not backward compatible. 1.0.0 does not work on the database that it migrates, so what still "
        "runs of it fails from the migrations to the last new container"
    )
    assert found == (text if said else "")
    assert gap.announced(PROJECT, None, plan) == ""
