from __future__ import annotations

from datetime import date, timedelta

import pytest

from dockgate.guardrails.rules import dg210_expired as rule
from dockgate.secrets.metadata import SecretMetadata, Source
from tests.guardrails.scenes import TODAY, catches, catches_not, context, resolved

DATED = "[TOKEN]\nsecret = true\nexpires = {}\n"
AGED = "[TOKEN]\nsecret = true\nmax-age-days = 90\n"


def on(day: date) -> object:
    return resolved("prod", secrets={"TOKEN": "x"}, declared=DATED.format(day.isoformat()))


def test_catches_a_value_past_its_date() -> None:
    """The day after is too late."""
    catches(rule, context("prod", resolved=on(TODAY - timedelta(days=1))))


def test_catches_not_on_the_day_itself() -> None:
    """The last day counts."""
    catches_not(rule, context("prod", resolved=on(TODAY)))


@pytest.mark.parametrize(("days", "caught"), [(91, True), (90, False)])
def test_a_secret_may_not_be_older_than_the_schema_says(days: int, caught: bool) -> None:  # noqa: FBT001 - a case
    """`max-age-days` counts from the day on which the store got the value."""
    env = resolved("prod", secrets={"TOKEN": "x"}, declared=AGED)
    made = SecretMetadata(Source.GENERATED, 128, TODAY - timedelta(days=days))
    seen = context("prod", resolved=env, made={"TOKEN": made})
    (catches if caught else catches_not)(rule, seen)


def test_catches_not_outside_production() -> None:
    """Elsewhere nobody is hurt."""
    catches_not(rule, context("dev", resolved=resolved("dev", "TOKEN=x\n", declared=DATED.format("2020-01-01"))))
