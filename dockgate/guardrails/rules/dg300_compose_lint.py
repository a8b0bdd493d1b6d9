"""DG300: the generic findings of compose-lint on the resolved model, under its own codes (CL-xxxx).

Its findings on what Compose resolved, under its own codes (`CL-0002`, …; `compose-lint --explain CL-0002`). Critical
and high ones block outside development; in development they are warnings and the lower ones are left out. What does
not block outside development is one finding a service, with its list. Left to the rules below, which know the
environment: CL-0001, CL-0004, CL-0008, CL-0010, CL-0018, CL-0019, CL-0026. A credential that DG309 finds is not
repeated as CL-0020 or CL-0021, a folder that DG321 finds not as CL-0013 or CL-0025. A volume that binds a folder is
shown to it as the bind mount that it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockgate.core.errors import ToolFailedError
from dockgate.core.findings import Severity
from dockgate.guardrails import credential_paths, exposed, mounts
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG300"
TITLE = "Generic hardening of services, by compose-lint"
SCOPE = Scope.MODEL
FAILED = "compose-lint could not look: rule {} failed on service {} ({})"
# What a rule of ours says better, for it knows the environment: ports, limits, images, secrets, sockets, hosts, users.
OURS = frozenset({"CL-0001", "CL-0004", "CL-0008", "CL-0010", "CL-0018", "CL-0019", "CL-0026"})
# Credentials in `environment:`; what DG309 finds as well is reported once.
CREDENTIALS = frozenset({"CL-0020", "CL-0021"})
# A folder of the host; what DG321 finds as well is reported once.
HOST_FOLDERS = frozenset({"CL-0013", "CL-0025"})
# Outside development these ranks block, and the lowest is a note; in development they alone are told, as warnings.
BLOCKING = frozenset({"critical", "high"})


def check(context: Context) -> Iterator[Hit]:
    """Let compose-lint judge what Compose resolved, not what the files say."""
    known = {(service, name) for service, _, name in exposed.variables(context)}
    for found in _lint(_shown(context)):
        rank = found.severity.value
        if found.rule_id in CREDENTIALS and (found.service, found.evidence) in known:
            continue  # DG309 has it
        if found.rule_id in HOST_FOLDERS and credential_paths.opens(_quoted(found.message)):
            continue  # DG321 has it
        if found.rule_id in OURS or found.suppressed or (context.development and rank not in BLOCKING):
            continue
        yield Hit(
            f"{found.service}: {found.message.partition('. ')[0].rstrip('.')}",
            f"{_first_line(found.fix)} (compose-lint --explain {found.rule_id})",
            context.place("services", found.service),
            severity=_severity(context, rank),
            service=found.service,
            name=found.evidence or "",
            code=found.rule_id,
            group="" if context.development else CODE,
        )


def _shown(context: Context) -> dict[str, Any]:
    """Return the model as compose-lint can judge it: no files on RAM of declared secrets, each bind mount as one."""
    names = context.secret_names()
    kept = {
        key: entry
        for key, entry in (context.model.get("secrets") or {}).items()
        if str(entry.get("file", "")).rpartition("/")[2] not in names
    }
    services = {name: _bound(context, entry) for name, entry in context.services()}
    return {**context.model, "secrets": kept, "services": services}


def _bound(context: Context, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    mounted = [(mount, mounts.bound(context.model, mount)) for mount in entry.get("volumes") or ()]
    binds = [{**mount, "type": "bind", "source": path} if path else mount for mount, path in mounted]
    return {**entry, "volumes": binds} if binds else entry


def _quoted(message: str) -> str:
    return message.partition("'")[2].partition("'")[0]


def _lint(model: dict[str, Any]) -> list[Any]:
    from compose_lint.engine import FindingLimitError, run_rules  # noqa: PLC0415 - 60 ms, and only without a verdict

    def refuse(rule: str, service: str, error: Exception) -> None:
        raise ToolFailedError(FAILED.format(rule, service, type(error).__name__))

    try:
        return list(run_rules(model, {}, on_error=refuse))
    except FindingLimitError as error:
        raise ToolFailedError(f"compose-lint could not check everything: {error}") from error


def _severity(context: Context, rank: str) -> Severity:
    if rank == "low":
        return Severity.NOTE
    return Severity.ERROR if rank in BLOCKING and not context.development else Severity.WARNING


def _first_line(fix: str | None) -> str:
    return (fix or "").strip().partition("\n")[0].rstrip(": ")
