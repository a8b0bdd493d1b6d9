from __future__ import annotations

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg303_unpinned_build as rule
from tests.guardrails.scenes import catches, catches_not, context, model

BUILT = {"build": {"context": "."}, "image": "shop/api:1"}


def test_catches_a_build_where_it_runs() -> None:
    """An error in production, a warning in staging."""
    [prod] = catches(rule, context("prod", model=model(api=BUILT)))
    [staging] = catches(rule, context("staging", model=model(api=BUILT)))
    assert (prod.severity, staging.severity) == (Severity.ERROR, Severity.WARNING)


def test_catches_not_a_pinned_result_nor_development() -> None:
    """With a digest it is clear what runs."""
    catches_not(rule, context("prod", model=model(api={**BUILT, "image": "shop/api@sha256:" + "1" * 64})))
    catches_not(rule, context("dev", model=model(api=BUILT)))
