"""How many containers are replaced at once, and how long each may finish what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.stack import rolling_settings
from dockgate.stack.rolling_settings import RollingSettings
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def load(folder: Path, text: str) -> RollingSettings:
    return rolling_settings.load(
        projects.make(folder, pyproject=f"{projects.PYPROJECT}[tool.dockgate.rolling]\n{text}\n")
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", RollingSettings(1, None)),
        ("parallel = 1", RollingSettings(1, None)),
        ("parallel = 3\ndrain-seconds = 0", RollingSettings(3, 0.0)),
        ("drain-seconds = 2.5", RollingSettings(1, 2.5)),
    ],
)
def test_what_is_written_counts(tmp_path: Path, text: str, found: RollingSettings) -> None:
    assert load(tmp_path, text) == found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("parallel = 0", "parallel must be 1 or more"),
        ("drain-seconds = -1", "drain-seconds must be 0 or more"),
        ("drain-seconds = -0.5", "drain-seconds must be 0 or more"),
        ("drain = 1", "drain is not a key of this table."),
    ],
)
def test_what_means_nothing_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert str(caught.value).partition("[tool.dockgate.rolling] ")[2] == what
