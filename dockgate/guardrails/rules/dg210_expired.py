"""DG210: a secret of production that is past its date.

The schema's `expires`, and `max-age-days` since the store got the value.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.variable import Variable
    from dockgate.guardrails.context import Context

CODE = "DG210"
TITLE = "An expired value in production"
SCOPE = Scope.ENV


def check(context: Context) -> Iterator[Hit]:
    """Compare today with the schema's `expires`, and a secret's age with its `max-age-days`."""
    if not context.production or context.resolved is None:
        return
    for name, resolved in context.resolved.values.items():
        variable = context.resolved.schema.variables.get(name)
        made = context.made.get(name)
        end = _end(variable, made.day if made else None) if variable else None
        if end and end < context.today:
            yield Hit(
                f"{name} expired on {end.isoformat()}",
                f"inv secrets.rotate {name} --env={context.environment.name}, then correct env/schema.toml",
                resolved.origin,
                name=name,
            )


def _end(variable: Variable, set_on: date | None) -> date | None:
    ends = [date.fromisoformat(variable.expires)] if variable.expires else []
    if variable.max_age and set_on:
        ends.append(set_on + timedelta(days=variable.max_age))
    return min(ends, default=None)
