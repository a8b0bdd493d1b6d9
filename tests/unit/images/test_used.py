"""Which images an environment uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.images import used
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("$A ${B:-$C} $$D $1 $", {"A", "B", "C", "D"}),
        ("included: x", set()),
        ("include: x", None),
        ("extends: x", None),
    ],
)
def test_the_names_behind_a_dollar_are_used(tmp_path: Path, text: str, names: set[str] | None) -> None:
    project = projects.make(tmp_path, compose__base_yaml=text, compose__prod_yaml="$X", env__prod_env="Y=$Y")
    found = used.variables(project.root, project.environment("prod"))
    assert found == (None if names is None else names | {"X", "Y"})


def test_what_cannot_be_read_may_use_anything(tmp_path: Path) -> None:
    project = projects.make(tmp_path, compose__base_yaml="$X")
    assert used.variables(project.root, project.environment("prod")) is None
    (tmp_path / "compose/prod.yaml").write_bytes(b"\xff")
    assert used.variables(project.root, project.environment("prod")) is None


def test_the_local_layer_counts_where_it_is_there(tmp_path: Path) -> None:
    project = projects.make(tmp_path, compose__base_yaml="$X", compose__dev_yaml="", env__dev_local_env="A=$Y")
    (tmp_path / "env/dev.local.env").write_text("A=$Y", encoding="utf-8")
    assert used.variables(project.root, project.environment("dev")) == frozenset({"X", "Y"})
