from __future__ import annotations

from typing import Any

import pytest

from dockgate.core.findings import Severity
from dockgate.guardrails.rules import dg211_debug as rule
from tests.guardrails.scenes import catches, catches_not, context, model


@pytest.mark.parametrize(
    "line", ["DEBUG=true", "APP_DEBUG=1", "NODE_ENV=development", "ENVIRONMENT=dev", "DEBUG_PORT=5678"]
)
def test_catches_switches(line: str) -> None:
    """Switches and modes, in whatever layer."""
    [hit] = catches(rule, context("prod", line + "\n"))
    assert hit.severity is Severity.ERROR


def test_a_debug_log_level_is_a_warning() -> None:
    """It leaks, but it may be wanted for a day."""
    [hit] = catches(rule, context("prod", "LOG_LEVEL=debug\n"))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize(
    "entry",
    [
        {"environment": {"FLASK_DEBUG": "1"}},
        {"command": ["uvicorn", "app:app", "--reload"]},
        {"entrypoint": ["python", "-m", "debugpy", "--listen", "0.0.0.0:5678", "app.py"]},
        {"command": "node --inspect=0.0.0.0:9229 app.js"},
    ],
)
def test_catches_in_the_model(entry: dict[str, Any]) -> None:
    """Compose files can switch debugging on past the env files."""
    [hit] = catches(rule, context("prod", model=model(api=entry)))
    assert hit.service == "api"


def test_catches_not_switched_off_nor_elsewhere() -> None:
    """Off is off, and development debugs."""
    catches_not(rule, context("prod", "DEBUG=false\nLOG_LEVEL=info\nENVIRONMENT=prod\nDEBUG_PORT=\n"))
    catches_not(rule, context("dev", "DEBUG=true\n", model=model(api={"command": ["run", "--reload"]})))
