"""DG314: a service that looks like a one-shot and is not declared as one.

`restart: "no"` or `on-failure`, no health check and no published port look like a job, but `up` and `deploy` fail when
it ends. A service is a one-shot when another one waits for it with `service_completed_successfully`, or with the label
`dev.dockgate.one-shot: "true"`. A warning outside production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.compose import lifecycle
from dockgate.core.labels import ONE_SHOT
from dockgate.core.target import up_task
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG314"
TITLE = "A one-shot that is not declared"
SCOPE = Scope.MODEL


def check(context: Context) -> Iterator[Hit]:
    """Look for services with `restart: "no"` or `on-failure` and no health check that nothing declares a one-shot."""
    up = up_task(context.environment)
    for service, entry in lifecycle.undeclared(context.model):
        if not entry.get("profiles"):
            yield Hit(
                f"{service} looks like a one-shot, but nothing declares it as one: `{up}` fails when it ends",
                f'labels: {{{ONE_SHOT}: "true"}}, or depends_on: {{{service}: {{condition: '
                "service_completed_successfully}} where its work is needed; if it is meant to stay up: restart: always",
                context.place("services", service),
                severity=context.severity,
                service=service,
            )
