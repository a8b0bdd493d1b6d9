"""Whose an object on an engine is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.core import labels
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_the_labels_of_a_stack(tmp_path: Path) -> None:
    """Names that other versions of Dockgate look for."""
    assert labels.of(projects.stack(projects.make(tmp_path), "prod", "blue")) == {
        "dev.dockgate.project": "shop",
        "dev.dockgate.environment": "prod",
        "dev.dockgate.instance": "blue",
        "dev.dockgate.checkout": str(tmp_path),
    }
