"""DG211: a debug switch in production.

`DEBUG`, `NODE_ENV=development` and the like in variables and in the model; `--reload`, `--inspect`, `debugpy` in
commands. A log level of debug is a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.core.findings import Severity
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG211"
TITLE = "A debug switch in production"
SCOPE = Scope.ENV

_SWITCH = re.compile(
    r"(?:^|_)(?:DEBUG|DEBUGGER|DEV_?MODE|DEVTOOLS|XDEBUG|TRACEBACKS?|PROFILER|PYTHONBREAKPOINT|DEBUG_PORT)$"
)
_MODE = re.compile(r"^(?:[A-Z0-9]+_)*(?:ENV|ENVIRONMENT|MODE|APP_ENV|PROFILE)$")
_LEVEL = re.compile(r"(?:^|_)LOG_?LEVEL$|^LOG$")
_OFF = frozenset({"", "0", "false", "no", "off", "none", "disabled", "n", "f"})
_DEVELOPMENT = frozenset({"dev", "develop", "development", "debug", "test", "testing", "local"})
_WORDS = re.compile(
    r"(?:^|\s)(?:--reload|--debug|--inspect(?:-brk)?(?:=\S+)?|runserver|debugpy|-agentlib:jdwp\S*|--dev|-Xdebug)(?=\s|$)"
)


def check(context: Context) -> Iterator[Hit]:
    """Look at variables, at what containers get, and at the commands that they run."""
    if not context.production:
        return
    for name, resolved in context.resolved.values.items():
        if found := _switch(name, resolved.reveal()):
            message, fix, severity = found
            yield Hit(message, fix, resolved.origin, severity, name=name)
    for service, entry in context.services():
        for name, value in (entry.get("environment") or {}).items():
            known = context.resolved is not None and name in context.resolved.values
            if not known and (found := _switch(name, str(value or ""))):
                message, fix, severity = found
                yield Hit(message, fix, context.place("services", service, "environment"), severity, service, name)
        yield from _command(context, service, entry)


def _switch(name: str, value: str) -> tuple[str, str, Severity] | None:
    """Return what a variable switches on, the way out, and how much that weighs."""
    low, upper = value.strip().lower(), name.upper()
    switched = _SWITCH.search(upper) and low not in _OFF
    if switched or (_MODE.match(upper) and low in _DEVELOPMENT):
        return f"{name} switches debugging on", "turn it off in production", Severity.ERROR
    if _LEVEL.search(upper) and low in {"debug", "trace", "verbose", "silly"}:
        return f"{name} logs at {low}", "log at info or above: debug output holds what users send", Severity.WARNING
    return None


def _command(context: Context, service: str, entry: Mapping[str, Any]) -> Iterator[Hit]:
    for key in ("command", "entrypoint"):
        words = entry.get(key) or []
        text = words if isinstance(words, str) else " ".join(map(str, words))
        if match := _WORDS.search(text):
            yield Hit(
                f"{service} runs with {match[0].strip()}",
                "use the production command",
                context.place("services", service, key),
                service=service,
            )
