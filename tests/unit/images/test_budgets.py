"""Budgets: what is over, what room is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate.core.errors import ConfigError
from dockgate.core.findings import Finding, Severity
from dockgate.core.location import Location
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


def test_every_measure_is_counted_by_itself(tmp_path: Path) -> None:
    """In the order in which they are documented, whatever the order in the file; then the stack's."""
    names = ("setuid", "package-managers", "shells", "packages", "layers", "compressed-mb", "unpacked-mb")
    table = "".join(f"{name} = {number}\n" for number, name in enumerate(names, 1))
    project = projects.make(
        tmp_path, BUDGETS.partition("[tool.dockgate.budgets.api]")[0] + "[tool.dockgate.budgets.api]\n" + table
    )
    facts = ImageContents(1_234_567, {"a": 6_500_000, "b": 1}, 9, ("bin/sh", "bin/zsh"), (), ("su",))
    found = budgets.rows(project, {"api": facts}, {"api": facts})
    assert [str(row) for row in found] == [
        "api unpacked: 1.235 of 7 MB, room 5.765 MB",
        "api compressed: 6.5 of 6 MB, over by 0.5 MB",
        "api layers: 2 of 5, room 3",
        "api Debian packages: 9 of 4, over by 5",
        "api shells: 2 of 3, room 1 (bin/sh, bin/zsh)",
        "api package managers: 0 of 2, room 2",
        "api set-uid files: 1 of 1, room 0 (su)",
        "stack compressed: 6.5 of 10 MB, room 3.5 MB",
    ]
    assert found[1].as_json() == {
        "image": "api",
        "what": "compressed",
        "limit": 6.0,
        "actual": 6.5,
        "headroom": -0.5,
        "unit": "MB",
    }
    assert (found[0].as_json()["actual"], found[0].as_json()["headroom"]) == (1.235, 5.765)


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
    what = "api shells: 1 of 0, over by 1 (usr/bin/sh)"
    assert found == Finding(Location("dockgate.toml"), "DG510", Severity.ERROR, what, fix=budgets.FIX)


def test_an_image_that_was_not_built_has_no_budget(tmp_path: Path) -> None:
    assert set(rows(tmp_path, other=OTHER)) == {"stack compressed"}


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        budgets.rows(projects.make(tmp_path, text), {"api": API}, {})
    return str(caught.value)


def test_an_unknown_budget_is_refused(tmp_path: Path) -> None:
    text = "[tool.dockgate]\n[tool.dockgate.budgets.api]\nlayer = 3\n"
    assert "layer is not a key" in refused(tmp_path, text)


def test_a_budget_of_no_image_is_refused(tmp_path: Path) -> None:
    """Nothing would ever exceed it."""
    text = BUDGETS.replace("budgets.api]", "budgets.apis]")
    what = "[tool.dockgate.budgets] apis is not an image of [tool.dockgate.images]."
    assert refused(tmp_path, text) == f"pyproject.toml:5: {what} Did you mean api?\n  → the images here are api, other"
    none = "".join(text.partition("[tool.dockgate.budgets]")[1:])
    assert refused(tmp_path, none) == f"pyproject.toml:1: {what}\n  → the images here are none"
