"""DG210: a value of production that is past its date, or will be soon.

The schema's `expires`, `max-age-days` since the store got the value, and the dates inside: those of a certificate (in
base64, too) and `exp` and `nbf` of a JWT, in values and in files that services mount. What ends within 14 days is a
warning; what has ended or is not valid yet is an error. So is a date of the store that is in the future: then the clock
is wrong, and no age can be judged.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from dockgate.core.findings import Severity
from dockgate.core.location import Location
from dockgate.guardrails.evidence import Kind
from dockgate.guardrails.hit import Hit, Scope
from dockgate.secrets import expiry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.env.variable import Variable
    from dockgate.guardrails.context import Context

CODE = "DG210"
TITLE = "An expired value in production"
SCOPE = Scope.ENV
SOON = timedelta(days=14)  # chosen: two weeks to renew, of the 90 days that ACME's certificates have
CLOCK = "check the clock of this machine: a day in the future has no age"


def check(context: Context) -> Iterator[Hit]:
    """Compare today with what the schema says of a value, and with the dates inside values and mounted files."""
    if not context.production:
        return
    for name, resolved in context.resolved.values.items():
        variable = context.resolved.schema.variables.get(name)
        made = context.made.get(name)
        day = made.day if made else None
        fix = f"inv secrets.rotate {name} --env={context.environment.name}"
        if day and day > context.today + timedelta(days=1):
            yield Hit(f"{name} was set on {day.isoformat()}, which is in the future", CLOCK, resolved.origin, name=name)
        end = _end(variable, day) if variable else None
        if end and end < context.today:
            message = f"{name} expired on {end.isoformat()}"
            yield Hit(message, f"{fix}, then correct env/schema.toml", resolved.origin, name=name)
        yield from _dated(context, resolved.reveal(), name, resolved.origin, fix)
    for file in context.of_kind(Kind.MOUNTED):
        fix = "put a new one there, and restart the service"
        yield from _dated(context, file.text, file.path, Location(file.path), fix, file.service)


def _dated(context: Context, text: str, what: str, origin: Location, fix: str, service: str = "") -> Iterator[Hit]:
    found = expiry.find(text)
    if found and found.start and found.start > context.today + timedelta(days=1):
        message = f"{found.kind} in {what} is not valid before {found.start.isoformat()}"
        yield Hit(message, fix, origin, service=service, name="" if service else what)
    if found and found.end < context.today + SOON:
        over = found.end < context.today
        yield Hit(
            f"{found.kind} in {what} {'expired' if over else 'expires'} on {found.end.isoformat()}",
            fix,
            origin,
            Severity.ERROR if over else Severity.WARNING,
            service,
            "" if service else what,
        )


def _end(variable: Variable, set_on: date | None) -> date | None:
    ends = [date.fromisoformat(variable.expires)] if variable.expires else []
    if variable.max_age and set_on:
        ends.append(set_on + timedelta(days=variable.max_age))
    return min(ends, default=None)
