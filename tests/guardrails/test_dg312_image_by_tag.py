from __future__ import annotations

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg312_image_by_tag as rule
from tests.guardrails.scenes import catches, catches_not, context, model


def test_catches_a_tag_in_production() -> None:
    """However exact the tag looks."""
    [hit] = catches(rule, context("prod", model=model(db={"image": "postgres:17.2"})))
    assert "postgres:17.2" in hit.message


@pytest.mark.parametrize("image", ["postgres", "postgres:latest", "localhost:5000/team/postgres"])
def test_catches_latest_outside_development_as_a_warning(image: str) -> None:
    """Written or not, it is another image after the next release of its maker."""
    [hit] = catches(rule, context("staging", model=model(db={"image": image})))
    assert hit.severity is Severity.WARNING
    catches_not(rule, context("dev", model=model(db={"image": image})))


def test_catches_not_digests_nor_other_environments() -> None:
    """A digest is one image for ever."""
    catches_not(rule, context("prod", model=model(db={"image": "postgres:17@sha256:" + "2" * 64})))
    catches_not(rule, context("staging", model=model(db={"image": "localhost:5000/postgres:17"})))
