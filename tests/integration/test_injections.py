"""`up` does not exit 0 where something went wrong: a few of the faults that `python -m bench injections` makes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine.sdk_client import Engine
from tests.integration import engine_facts, injections, tiny_image
from tests.integration.injection_cases import ENVIRONMENTS, GONE, LATER, PORT, Case, cases
from tests.integration.injection_scene import Scene
from tests.integration.injections import inject

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = (
    Case("prod", "app", "exits before it is ready"),
    Case("prod", "app", "healthy, then exits"),
    Case("prod", "store", "never healthy"),
    Case("prod", "edge", "out of memory"),
    Case("prod", "job", "a migration that fails"),
    Case("prod", "app", "kill"),
    Case("prod", "edge", GONE),
    Case("prod", "edge", PORT),
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Bring a stack up, and remove it and its image afterwards."""
    tag = uuid.uuid4().hex[:8]
    made = tiny_image.make(Engine(Endpoint(DEFAULT_HOST, "default")), tag)
    image = f"injected:{tag}"
    engine_facts.docker("tag", made, image)
    found = Scene(tmp_path_factory.mktemp("injected") / "prod", image, "prod")
    found.write()
    try:
        done = found.up()
        assert (done.returncode, found.right("", 0)) == (0, True), done.stderr
        yield found
    finally:
        found.down()
        engine_facts.docker("image", "rm", "--force", image, made)


@pytest.mark.parametrize("case", FEW, ids=str)
def test_up_is_not_green(scene: Scene, case: Case) -> None:
    """Its exit code is that of a failure, what ran before serves, and taking the change back is green."""
    verdict = inject(scene, case)
    assert verdict.code in {4, 5}, verdict.said
    assert not verdict.right
    assert verdict.kept or case.target == "job" or case.fault in {*LATER, GONE, PORT}, verdict.said
    repaired = injections.repair(scene)
    assert (repaired.code, repaired.right) == (0, True), repaired.said


def test_there_are_enough_of_them() -> None:
    """Each fault in each environment."""
    assert sum(len(cases(each)) for each in ENVIRONMENTS) >= 200
    assert set(FEW) <= set(cases("prod"))
