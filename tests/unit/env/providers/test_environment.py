"""`env:`: a variable of the process environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.env.providers import environment
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


def test_a_variable_is_the_value_and_a_missing_one_an_error(tmp_path: Path) -> None:
    """Whose name is not repeated: it may be the secret itself."""
    made = projects.make(tmp_path, process={"TOKEN": "value"})
    assert environment.fetch(made, "TOKEN") == "value"
    with pytest.raises(ConfigError) as caught:
        environment.fetch(made, "S3CRET")
    assert str(caught.value) == "env: refers to a variable that is not set\n  → export it"


def test_nothing_is_shown_of_it() -> None:
    """And nothing is wrong with it before it is read."""
    assert (environment.shown("TOKEN"), environment.fault("TOKEN", ())) == ("", "")
