"""What still runs as before although every step went well: then nothing was right, whatever is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dockgate.stack.runtimes.compose import differences
from dockgate.stack.startup.outcome import Failure, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dockgate.compose.model import Model
    from dockgate.engine.containers import Container


def failures(
    model: Model, containers: Sequence[Container], touched: Collection[str], services: Sequence[str]
) -> tuple[Failure, ...]:
    """Compare once more: a failure for each container of `touched` services that is not what the model says."""
    wanted = model.closure(services)
    known = [one for one in containers if one.service in wanted]
    left = differences.of(model, known, {}, ())
    found = [one for one in known if one.id in left and one.service in touched]
    return tuple(Failure(one.service, one.name, f"still runs as before: {left[one.id]}") for one in found)


def judged(outcome: Outcome, model: Model, touched: Collection[str], services: Sequence[str] = ()) -> Outcome:
    """Return the outcome of a start with what of the touched services still runs as before."""
    found = failures(model, outcome.containers, touched, services)
    names = {one.service for one in found}
    rows = (replace(one, outcome=State.FAILED) if one.name in names else one for one in outcome.services)
    return replace(outcome, services=tuple(rows), failures=(*outcome.failures, *found)) if found else outcome
