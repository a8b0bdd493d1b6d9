"""Budgets: what is over, what room is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.images import budgets
from dockgate.images.contents import ImageContents
from tests.unit import projects

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.images.budgets import Row

BUDGETS = """
[tool.dockgate]
[tool.dockgate.images.api]
[tool.dockgate.images.other]
[tool.dockgate.budgets]
stack-compressed-mb = 10
[tool.dockgate.budgets.api]
unpacked-mb = 5
layers = 2
shells = 0
setuid = 0
"""
API = ImageContents(4_000_000, {"sha256:shared": 6_000_000, "sha256:api": 1_000_000}, 3, (), (), ())
OTHER = ImageContents(1, {"sha256:shared": 6_000_000}, 1, ("usr/bin/sh",), (), ())


def rows(tmp_path: Path, *, whole: bool = True, **facts: ImageContents) -> dict[str, Row]:
    found = budgets.rows(projects.make(tmp_path, BUDGETS), facts, facts if whole else {})
    return {f"{row.image} {row.what}": row for row in found}


def test_what_stays_within_is_printed_with_its_room(tmp_path: Path) -> None:
    row = rows(tmp_path, api=API)["api unpacked"]
    assert not row.exceeded
    assert str(row) == "api unpacked: 4 of 5 MB, room 1 MB"


def test_a_layer_that_images_share_counts_once(tmp_path: Path) -> None:
    assert rows(tmp_path, api=API, other=OTHER)["stack compressed"].actual == 7.0


def test_the_stack_has_no_budget_where_only_a_part_is_known(tmp_path: Path) -> None:
    assert "stack compressed" not in rows(tmp_path, whole=False, api=API)


@pytest.mark.parametrize(
    ("facts", "over"),
    [
        (API, set()),
        (ImageContents(5_000_000, {"a": 1, "b": 1}, 3, (), (), ()), set()),
        (ImageContents(5_000_001, {}, 3, (), (), ()), {"api unpacked"}),
        (ImageContents(1, {"a": 1, "b": 1, "c": 1}, 3, (), (), ()), {"api layers"}),
        (ImageContents(1, {}, 3, ("usr/bin/sh",), (), ("usr/bin/su",)), {"api shells", "api set-uid files"}),
        (ImageContents(1, {"a": 10_000_001}, 3, (), (), ()), {"stack compressed"}),
    ],
)
def test_what_exceeds_is_found(tmp_path: Path, facts: ImageContents, over: set[str]) -> None:
    assert {name for name, row in rows(tmp_path, api=facts).items() if row.exceeded} == over


def test_a_finding_names_what_has_to_go(tmp_path: Path) -> None:
    found = rows(tmp_path, api=ImageContents(1, {}, 3, ("usr/bin/sh",), (), ()))["api shells"].finding("dockgate.toml")
    assert found.message == "api shells: 1 of 0, over by 1 (usr/bin/sh)"
    assert (found.code, found.location.path) == ("DG510", "dockgate.toml")


def test_an_image_that_was_not_built_has_no_budget(tmp_path: Path) -> None:
    assert set(rows(tmp_path, other=OTHER)) == {"stack compressed"}


def test_an_unknown_budget_is_refused(tmp_path: Path) -> None:
    project = projects.make(tmp_path, "[tool.dockgate]\n[tool.dockgate.budgets.api]\nlayer = 3\n")
    with pytest.raises(ConfigError, match="layer is not a key"):
        budgets.rows(project, {"api": API}, {})


def test_a_budget_of_no_image_is_refused(tmp_path: Path) -> None:
    """Nothing would ever exceed it."""
    project = projects.make(tmp_path, BUDGETS.replace("budgets.api]", "budgets.apis]"))
    with pytest.raises(ConfigError, match=r"budgets\] apis is not an image .* Did you mean api\?") as caught:
        budgets.rows(project, {"api": API}, {})
    assert caught.value.fix == "the images here are api, other"
