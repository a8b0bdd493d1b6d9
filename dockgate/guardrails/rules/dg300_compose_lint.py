"""DG300: the generic findings of compose-lint on the resolved model, under its own codes (CL-xxxx)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.errors import ToolFailedError
from dockgate.findings import Severity
from dockgate.guardrails.rule import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockgate.guardrails.context import Context

CODE = "DG300"
TITLE = "Generic hardening of services, by compose-lint"
SCOPE = Scope.MODEL
FAILED = "compose-lint could not look: rule {} failed on service {} ({})"
# What a rule of ours says better, because it knows the environment: ports, limits, images, secrets, sockets, hosts.
OURS = frozenset({"CL-0001", "CL-0004", "CL-0008", "CL-0010", "CL-0019", "CL-0026"})
# Outside development these ranks block; below them and in development they are warnings, the lowest rank notes.
BLOCKING = frozenset({"critical", "high"})


def check(context: Context) -> Iterator[Hit]:
    """Let compose-lint judge what Compose resolved, not what the files say."""
    for found in _lint(context.model):
        if found.rule_id in OURS or found.suppressed:
            continue
        yield Hit(
            f"{found.service}: {' '.join(found.message.split())}",
            _first_line(found.fix),
            context.place("services", found.service),
            severity=_severity(context, found.severity.value),
            service=found.service,
            name=found.evidence or "",
            code=found.rule_id,
        )


def _lint(model: Any) -> list[Any]:
    from compose_lint.engine import FindingLimitError, run_rules  # noqa: PLC0415 - 60 ms, and only without a verdict

    def refuse(rule: str, service: str, error: Exception) -> None:
        raise ToolFailedError(FAILED.format(rule, service, type(error).__name__))

    try:
        return list(run_rules(dict(model), {}, on_error=refuse))
    except FindingLimitError as error:
        raise ToolFailedError(f"compose-lint could not look at everything: {error}") from error


def _severity(context: Context, rank: str) -> Severity:
    if rank == "low":
        return Severity.NOTE
    return Severity.ERROR if rank in BLOCKING and not context.development else Severity.WARNING


def _first_line(fix: str | None) -> str:
    return re.split(r"\n\s*\n", (fix or "").strip())[0].replace("\n", " ").strip()
